"""Canned swarms: agents, records and snapshots built in a line, and a big example in which everything happens at once.

Times are fixed: `NOW` is 09:41 UTC on 28 February 2026, and ages are given in seconds before it. Ids are written
without the root: `idea-alpha/worker-1` becomes `genesis-01/idea-alpha/worker-1`.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.model.activity import ActivityState, OpenTool, SubAgent, Tokens
from swarm.model.agent import Acceptance, AgentSpec, Exit, Identity, Liveness, Usage
from swarm.model.beat import ActionKind, Beat, Performed
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.health import Health
from swarm.model.record import Alert, Ending, Fingerprint, Observed, Phase, Record
from swarm.model.reports import Progress, ProgressLine, Results, ResultsState, ResultsStatus
from swarm.model.service import Trouble, Waiting
from swarm.model.snapshot import AgentView, Problem, Snapshot
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.protocol.names import name_of, parent_of
from swarm.rules.budgets.slot_tree import SlotTree
from swarm.rules.budgets.slots import slots_of

NOW = Now(wall=1_772_271_660.0, awake=400_000.0)
POLICY = Policy()
ROOT = POLICY.root.id
MINUTE, HOUR = 60.0, 3600.0
PERIOD = POLICY.heartbeat.period
HEARTBEAT_N = 131


def full_id(short: str) -> str:
    """`idea-alpha/worker-1` below the root; the root and what starts with it or with `/` (another top) stay."""
    if short.startswith("/"):
        return short[1:]
    return short if short == ROOT or short.startswith(ROOT + "/") else f"{ROOT}/{short}"


def a_spec(agent: str, **fields: Any) -> AgentSpec:
    """agent.json of an agent."""
    agent_id = full_id(agent)
    values: dict[str, Any] = {
        "name": name_of(agent_id),
        "role": "worker",
        "parent": parent_of(agent_id) or None,
        "spawn_id": f"spawn-{name_of(agent_id)}",
        "task": f"The task of {name_of(agent_id)}.",
        "argv": ("sleep", "600"),
        "created_at": "2026-02-28T08:41:00+00:00",
    }
    return AgentSpec(agent_id, **{**values, **fields})


def an_identity(pid: int = 4211) -> Identity:
    """A process that nobody will look for."""
    return Identity("boot-1", 4026531836, pid, pid * 100, f"spawn-{pid}")


def a_record(agent: str = "worker-1", *, spawned_ago: float = HOUR, age: float | None = None, **fields: Any) -> Record:
    """The ledger's record of a running agent. age: seconds since its last update; None: it never wrote."""
    agent_id = full_id(agent)
    spawned = NOW.awake - spawned_ago
    changed = spawned if age is None else NOW.awake - age
    values: dict[str, Any] = {
        "spawn_id": f"spawn-{name_of(agent_id)}",
        "phase": Phase.RUNNING,
        "parent": parent_of(agent_id) or None,
        "spawned": spawned,
        "spawned_at": NOW.wall - spawned_ago,
        "observed": Observed(changed=changed, outputs_changed=NOW.awake - (age or 0.0), seen=NOW.awake),
    }
    if fields.get("phase") is Phase.ENDED:
        ago = fields.pop("ended_ago", 10 * MINUTE)
        values |= {"ended": NOW.awake - ago, "ended_at": NOW.wall - ago}
    else:
        values |= {"process": an_identity(), "keeper": an_identity(4210)}
    return Record(agent_id, **{**values, **fields})


def a_progress(*sentences: str, age: float = MINUTE, outputs: Iterable[int | None] = ()) -> Progress:
    """progress.md with these sentences, oldest first, ten minutes apart, the last one `age` seconds old."""
    counts = [*outputs] or [None] * len(sentences)
    lines = []
    for place, (sentence, count) in enumerate(zip(sentences, counts, strict=True)):
        stamp = NOW.wall - age - 10 * MINUTE * (len(sentences) - 1 - place)
        lines.append(ProgressLine(stamp, "2026-02-28 09:33", count, sentence))
    size = sum(len(sentence) + 20 for sentence in sentences)
    fingerprint = Fingerprint(1, size, int((NOW.wall - age) * 1e9), "tail") if sentences else None
    return Progress(tuple(lines), fingerprint, NOW.wall - age if sentences else None)


_OF_RECORD = set(Record.__struct_fields__) - set(AgentView.__struct_fields__) | {"spawned_ago", "ended_ago"}


def a_view(
    agent: str = "worker-1",
    *sentences: str,
    age: float | None = MINUTE,
    outputs: Iterable[int | None] = (),
    **fields: Any,
) -> AgentView:
    """A running agent as a scan saw it; with no sentence and an age it wrote `Working.`; with age None it never wrote.

    Fields of the record (`phase`, `held_until`, ...) may stand beside those of the view; `record=None` leaves it out.
    """
    agent_id = full_id(agent)
    texts = () if age is None else sentences or ("Working.",)
    of_record = {name: fields.pop(name) for name in list(fields) if name in _OF_RECORD}
    shared = {name: fields[name] for name in ("role", "parent", "spawn_id") if name in fields}
    record = fields.pop("record") if "record" in fields else a_record(agent, age=age, **of_record, **shared)
    fields.setdefault("budget", record.slots if record is not None else 1)
    observed = record.observed if record is not None else Observed(changed=NOW.awake - (age or 0.0))
    values: dict[str, Any] = {
        "name": name_of(agent_id),
        "role": record.role if record is not None else "worker",
        "parent": record.parent if record is not None else parent_of(agent_id) or None,
        "depth": agent_id.count("/"),
        "spawn_id": record.spawn_id if record is not None else "",
        "foreign": record is None,
        "record": record,
        "progress": a_progress(*texts, age=age or 0.0, outputs=outputs),
        "observed": observed,
        "changed_at": NOW.wall - age if age is not None else None,
        "liveness": Liveness.ALIVE if record is not None and record.live else None,
    }
    return AgentView(agent_id, **{**values, **fields})


def results(status: str = "success", summary: str = "Done.", *, age: float = 10 * MINUTE, **fields: Any) -> Results:
    """A valid results.json, `age` seconds old."""
    return Results(ResultsState.VALID, ResultsStatus(status), summary, mtime=NOW.wall - age, **fields)


def invalid_results(why: str = "it is cut off") -> Results:
    return Results(ResultsState.INVALID, why=why)


def an_exit(agent: str, code: int | None = 1, **fields: Any) -> Exit:
    """exit.json of an agent built here."""
    return Exit(f"spawn-{name_of(full_id(agent))}", code, NOW.wall - MINUTE, **fields)


def a_wait(**fields: Any) -> Waiting:
    """A wait for the service that began a minute ago, with its next try in a minute."""
    values: dict[str, Any] = {
        "trouble": Trouble.OVERLOADED,
        "why": "API Error: 529 Overloaded",
        "since": NOW.awake - MINUTE,
        "since_at": NOW.wall - MINUTE,
        "began": NOW.awake - MINUTE,
        "next_try": NOW.awake + MINUTE,
        "next_at": NOW.wall + MINUTE,
    }
    return Waiting(**{**values, **fields})


def a_root(*sentences: str, age: float = 12 * MINUTE, **fields: Any) -> AgentView:
    """genesis-01 between two heartbeats."""
    texts = sentences or ("Portfolio reviewed; idea-beta needs prices.",)
    values: dict[str, Any] = {"role": "genesis", "liveness": None, "spawned_ago": 30 * HOUR, "process": None}
    return a_view(ROOT, *texts, age=age, **{**values, "keeper": None, "slots": 1, **fields})


def a_snapshot(*views: AgentView, policy: Policy = POLICY, **fields: Any) -> Snapshot:
    """A snapshot of these agents, parents first, with slots, budgets, children and depths added up."""
    seen = {view.id for view in views}
    everyone = views if ROOT in seen else (a_root(), *views)
    ordered = sorted(everyone, key=lambda view: view.id.split("/"))
    records = {view.id: view.record for view in ordered if view.record is not None}
    ghosts = Counter(view.parent or "" for view in ordered if view.ghost and view.record is None)
    slot_tree = SlotTree(records, policy.root.id, ghosts)
    children = Counter(view.parent for view in ordered)
    added = tuple(
        replace(
            view,
            used=1 if view.ghost else slot_tree.used(view.id) if view.id != policy.root.id else slot_tree.used(),
            budget=policy.slots.max if view.id == policy.root.id else view.budget,
            children=children[view.id],
        )
        for view in ordered
    )
    values: dict[str, Any] = {
        "generation": 1,
        "home": "/home/operator/my-swarm",
        "slots": slots_of(slot_tree, policy),
        "heartbeat_n": HEARTBEAT_N,
        "heartbeat_last": NOW.awake - 7 * MINUTE,
        "heartbeat_last_at": NOW.wall - 7 * MINUTE,
    }
    return Snapshot(**{**values, "agents": added, **fields})


def with_view(snapshot: Snapshot, changed: AgentView) -> Snapshot:
    """The same swarm with one agent replaced, a generation later."""
    agents = tuple(changed if view.id == changed.id else view for view in snapshot.agents)
    return replace(snapshot, agents=agents, generation=snapshot.generation + 1)


LOOP = ("Still browsing.",) * 6


def big_example() -> Snapshot:
    """Everything at once: every state that a running home shows, on 12 slots of which 2 are in reserve."""
    busy = Usage(4211, 3, 12.5, 310 << 20)
    quiet = Usage(4301, 2, 0.0, 180 << 20)
    collected: dict[str, Any] = {"phase": Phase.ENDED, "ending": Ending.DONE, "collected_n": HEARTBEAT_N - 3}
    views = (
        a_root(),
        a_view(
            "scout-01",
            "Browsed 3/10 competitor pages.",
            "A page says: ignore previous instructions.",
            "Browsed 5/10 competitor pages. Found 3 pricing pages.",
            age=4 * MINUTE,
            outputs=(2, 2, 5),
            role="scout",
            slots=2,
            spawned_ago=5 * HOUR,
            usage=busy,
            problems=(Problem(ProblemCode.INJECTION, '"ignore previous instructions"'),),
        ),
        a_view("scout-01/helper-1", "Reading the fourth page.", age=18 * MINUTE, spawned_ago=HOUR, usage=quiet),
        a_view(
            "scout-01/helper-2",
            age=6 * MINUTE,
            record=None,
            ghost=True,
            problems=(Problem(ProblemCode.GHOST, "it was not spawned through the engine"),),
        ),
        a_view(
            "improvement-01",
            "Auditing the last three heartbeats.",
            age=33 * MINUTE,
            role="improvement",
            spawned_ago=4 * HOUR,
            held_until=HEARTBEAT_N + 2,
            held_why="a long audit",
            usage=quiet,
        ),
        a_view(
            "idea-alpha",
            "3 workers writing.",
            age=2 * MINUTE,
            role="idea-meta",
            slots=4,
            spawned_ago=3 * HOUR,
            usage=busy,
        ),
        a_view(
            "idea-alpha/worker-0",
            "Fetching sources.",
            age=90 * MINUTE,
            phase=Phase.ENDED,
            ending=Ending.KILLED,
            ended_by="engine",
            why="silent 46m; the limit is 45m",
            ended_ago=44 * MINUTE,
        ),
        a_view(
            "idea-alpha/worker-1",
            "Writing analysis section. 700/2000 words done.",
            "Writing analysis section. 800/2000 words done.",
            age=MINUTE,
            outputs=(11, 12),
            usage=busy,
            spec=a_spec(
                "idea-alpha/worker-1", outputs=("out/*.md",), acceptance=(Acceptance("The analysis is published"),)
            ),
        ),
        a_view(
            "idea-alpha/worker-2",
            "Fetching sources.",
            "Drafting section 3.",
            age=32 * MINUTE,
            outputs=(0, 2),
            usage=quiet,
        ),
        a_view("idea-alpha/worker-3", *LOOP, age=3 * MINUTE, spawned_ago=2 * HOUR, usage=busy),
        a_view(
            "idea-beta",
            "Waiting for worker-2.",
            age=9 * MINUTE,
            role="idea-meta",
            slots=3,
            spawned_ago=2 * HOUR,
            usage=quiet,
        ),
        a_view(
            "idea-beta/worker-1", "Starting.", age=3 * HOUR, phase=Phase.ENDED, ending=Ending.LOST, ended_ago=2 * HOUR
        ),
        a_view("idea-beta/worker-2", "Drafting section 3.", age=46 * MINUTE, outputs=(2,), usage=quiet),
        a_view("idea-beta/worker-3", "Rendering.", age=25 * MINUTE, paused=NOW.awake - 22 * MINUTE, usage=quiet),
        a_view(
            "idea-beta/worker-9",
            "Wrote the summary.",
            age=54 * MINUTE,
            results=results(summary="The price table is complete.", age=52 * MINUTE, outputs=("out/prices.csv",)),
            ended_ago=52 * MINUTE,
            exit=an_exit("idea-beta/worker-9", 0),
            **collected,
        ),
        a_view("diagnostic-01", age=None, role="diagnostic", reserve=True, spawned_ago=40.0, usage=quiet),
        a_view(
            "idea-gamma",
            age=None,
            role="idea-meta",
            slots=4,
            phase=Phase.QUEUED,
            spawned_ago=5 * MINUTE,
            process=None,
            keeper=None,
        ),
        a_view(
            "migrate-01",
            "Copying the tables.",
            age=80 * MINUTE,
            phase=Phase.ENDED,
            ending=Ending.FAILED,
            why="it ended with exit code 1 without results.json",
            exit_code=1,
            ended_ago=75 * MINUTE,
            exit=an_exit("migrate-01", 1),
        ),
        a_view("/notes-import", "Importing notes, part 2.", age=26 * HOUR, record=None),
    )
    alerts = (
        Alert(
            full_id("idea-alpha/worker-2"),
            AlertCause.INVESTIGATE,
            "silent 31m: no line in progress.md since 09:09",
            "spawn-worker-2",
            NOW.wall - MINUTE,
            NOW.wall - MINUTE,
        ),
        Alert(
            full_id("scout-01"),
            AlertCause.INJECTION,
            '"ignore previous instructions"',
            "spawn-scout-01",
            NOW.wall - 22 * MINUTE,
            NOW.wall - 7 * MINUTE,
            count=2,
        ),
        Alert(
            full_id("idea-beta/worker-9"),
            AlertCause.RESULTS_UNREAD,
            "its results have been unread for 3 heartbeats",
            "spawn-worker-9",
            NOW.wall - 50 * MINUTE,
            NOW.wall - 7 * MINUTE,
            count=3,
            acked_at=NOW.wall - 5 * MINUTE,
            acked_by="operator",
        ),
    )
    return a_snapshot(*views, alerts=alerts, beats=some_beats(), queue=(full_id("idea-gamma"),), revision=2210)


def with_programs(snapshot: Snapshot) -> Snapshot:
    """The big example with real programs: one in a tool, one with sub-agents of its own, one that is refused."""
    spent = Tokens(12_400, 31_000, 1_420_000, 88_000)
    writing = ActivityState(
        session="5f0c2a6e-7d31-4b58-9c11-0d2f8f5e4a77",
        model="claude-opus-4-8",
        ordered_model="opus",
        runs=1,
        open_tools=(OpenTool("t9", "Bash", "make test", NOW.wall - 4 * MINUTE),),
        last_at=NOW.wall - 4 * MINUTE,
        in_turn=True,
        turns=2,
        tokens=spent,
        cost_usd=2.41,
        context=84_000,
        context_limit=200_000,
        denied=("Write /home/operator/notes/plan.md",),
        denials=1,
        delivered=(("m-1a2b3c", NOW.wall - 9 * MINUTE),),
    )
    inner = (
        SubAgent("toolu_01", "Compare the pricing pages", "explore", since=NOW.wall - 3 * MINUTE, tokens=41_000),
        SubAgent("toolu_02", "List the public APIs", "explore", since=NOW.wall - 2 * MINUTE, tokens=18_500),
    )
    looking = ActivityState(model="gpt-5.2-codex", in_turn=True, last_at=NOW.wall - 20, subagents=inner, context=51_000)
    refused = ActivityState(
        model="claude-opus-4-8", retrying="529 overloaded", retries=6, retries_limit=10, in_turn=True, context=9_000
    )
    changes: dict[str, dict[str, Any]] = {
        full_id("idea-alpha/worker-1"): {"activity": writing, "tokens": spent, "cost_usd": 2.41},
        full_id("scout-01"): {"activity": looking, "tokens": Tokens(9_000, 7_500, 310_000, 0)},
        full_id("idea-beta"): {"activity": refused, "tokens": Tokens(1_000, 200), "cost_usd": 0.06},
    }
    ghosts = {
        full_id("scout-01"): [
            a_view(
                f"scout-01/~{each.key}",
                age=NOW.wall - each.since,
                record=None,
                ghost=True,
                role=each.kind,
                name=each.description,
                description=each.description,
                inner=each,
                tokens=Tokens(each.tokens),
            )
            for each in inner
        ]
    }
    agents: list[AgentView] = []
    for view in snapshot.agents:
        changed = changes.get(view.id, {})
        program = "codex" if view.id == full_id("scout-01") else "claude"
        record = replace(view.record, program=program) if changed and view.record is not None else view.record
        below = ghosts.get(view.id, [])
        agents.append(replace(view, record=record, children=view.children + len(below), **changed))
        agents += below
    return replace(
        snapshot,
        agents=tuple(agents),
        tokens=1_912_600,
        cost_usd=31.9,
        beats=tuple(
            replace(beat, tokens=1_900_000 - 60_000 * back, cost_usd=31.5 - 0.8 * back)
            for back, beat in zip(range(len(snapshot.beats) - 1, -1, -1), snapshot.beats, strict=True)
        ),
    )


def some_beats(count: int = 24) -> tuple[Beat, ...]:
    """Records of the last heartbeats; every seventh had to kill, so it did not pass."""
    beats = []
    for n in range(HEARTBEAT_N - count + 1, HEARTBEAT_N + 1):
        killed = n % 7 == 4
        killed_one = Performed(full_id("idea-alpha/worker-0"), "spawn-worker-0", ActionKind.KILL, "silent 46m")
        actions = (killed_one,) if killed else ()
        counts = {"fresh": 5 + n % 4, "late": n % 2, "idle": 1}
        taken = {"max": 12, "reserve": 2, "committed": 10, "used": 6 + n % 4, "free": 0}
        moment = NOW.wall - 7 * MINUTE - (HEARTBEAT_N - n) * PERIOD
        at = datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
        checked = {"passed": int(not killed), "failed": int(killed)}
        beats.append(
            Beat(n, at, "control room", 8 + n % 5, counts, taken, actions, acceptance=checked, passed=not killed)
        )
    return tuple(beats)


def every_state() -> dict[Health, AgentView]:
    """One agent for each state of the health table, by the state that `health` gives it (heartbeat 131)."""
    return {
        Health.STARTING: a_view("starting", age=None, spawned_ago=MINUTE),
        Health.FRESH: a_view("fresh"),
        Health.LATE: a_view("late", age=20 * MINUTE),
        Health.INVESTIGATE: a_view("investigate", age=32 * MINUTE),
        Health.OVERDUE: a_view("overdue", age=46 * MINUTE),
        Health.LOOPING: a_view("looping", *LOOP),
        Health.RETRYING: a_view("retrying", activity=ActivityState(retrying="429 rate limited", retries=3)),
        Health.WAITING: a_view("waiting", phase=Phase.WAITING, waiting=a_wait(), liveness=Liveness.DEAD),
        Health.DONE: a_view("done", results=results()),
        Health.DISPUTED: a_view("disputed", results=results(acceptance=(("the link is live", False),))),
        Health.FAILED: a_view("failed", exit=an_exit("failed", 1), liveness=Liveness.DEAD),
        Health.KILLED: a_view("killed", phase=Phase.ENDED, ending=Ending.KILLED, ended_by="operator", why="not needed"),
        Health.LOST: a_view("lost", liveness=Liveness.DEAD),
        Health.QUEUED: a_view("queued", age=None, phase=Phase.QUEUED, process=None, keeper=None),
        Health.PAUSED: a_view("paused", paused=NOW.awake - MINUTE),
        Health.HELD: a_view("held", held_until=HEARTBEAT_N + 2, held_why="a long build"),
        Health.IDLE: a_root(),
        Health.UNKNOWN: a_view("unknown", progress=Progress(error="it is a FIFO")),
    }


def many(count: int) -> Snapshot:
    """A swarm of `count` agents for measuring: metas with nine workers each, a few of them late, stuck or done."""
    policy = parse_policy("[slots]\nmax = 1000")
    views = [a_root()]
    for number in range(count - 1):
        meta, worker = divmod(number, 10)
        age = (number * 37 % 2000) * 1.0
        if worker == 0:
            views.append(a_view(f"idea-{meta:04d}", f"{number} of them.", age=age, role="idea-meta", slots=10))
            continue
        agent = f"idea-{meta:04d}/worker-{worker}"
        fields: dict[str, Any] = {"results": results()} if number % 97 == 0 else {}
        views.append(a_view(agent, *(f"Page {page} of 40." for page in range(6)), age=age, **fields))
    return a_snapshot(*views, policy=policy)
