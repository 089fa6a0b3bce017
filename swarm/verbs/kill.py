"""kill: whole subtrees stopped, children first, and the slot free only when the death is proved."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from swarm.ending.intents import Order
from swarm.errors import Code, NotFound, Refused, SwarmError
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, must_be_meant, resolve
from swarm.lifecycle.messaging import stop_subagent
from swarm.lifecycle.readiness import must_be_ready
from swarm.lifecycle.stop import end_subtree
from swarm.lifecycle.strays import end_stray, find_stray, stray_views
from swarm.model.activity import Kind
from swarm.model.actor import AuditVerb
from swarm.model.record import Phase, Record, Ref
from swarm.model.requests import KillPreview, KillReport, StopOutcome
from swarm.model.stray import is_stray_id
from swarm.model.values import replace
from swarm.processes.members import marked
from swarm.programs.registry import new_reader_for
from swarm.protocol.agent_files import read_spec
from swarm.sanitize import clean
from swarm.store.tail import FileTail

if TYPE_CHECKING:
    from swarm.model.snapshot import AgentView, Snapshot


def kill(
    home: Home,
    agent_ids: Sequence[str],
    *,
    reason: str = "",
    grace: float | None = None,
    spawn_ids: Mapping[str, str] | None = None,
) -> KillReport:
    """Stops the subtrees, children first; see `Swarm.kill`. The root stands for all agents below it.

    Raises NotFound; Refused `hierarchy` where an agent reaches beyond its own children, `foreign` where the engine did
    not spawn it. What could not be verified is in the report, and holds its slot.
    """

    started = time.monotonic()
    inner = [words for words in agent_ids if is_subagent(words)]
    ended = [stop(home, words, reason=clean(reason, 500), spawn_id=(spawn_ids or {}).get(words, "")) for words in inner]
    seconds = home.policy.stop.grace if grace is None else grace
    # Processes that no record knows come first: where they descend from an agent that is ended too, they are named.
    strays = [words for words in agent_ids if words not in inner and (is_stray_id(words) or words.startswith("@"))]
    ended += [stop_stray(home, words, reason=clean(reason, 500), grace=seconds) for words in strays]
    agent_ids = [words for words in agent_ids if words not in (*inner, *strays)]
    if not agent_ids:
        return KillReport(tuple(ended), round((time.monotonic() - started) * 1000))
    with audit.attempt(home, AuditVerb.KILL) as attempt:
        must_be_ready(home, stops=False)
        ids: list[str] = []
        for asked in agent_ids:
            attempt.agent = asked
            attempt.agent = agent_id = resolve(home, asked)
            must_be_below(home, agent_id)
            if _is_ghost(home, agent_id):
                ended.append(stop_stray(home, agent_id, reason=clean(reason, 500), grace=seconds))
                continue
            ids += [agent_id] if agent_id not in ids else []
        targets = [_target(home, agent_id, (spawn_ids or {}).get(agent_id, "")) for agent_id in ids]
        targets = [one for one in targets if not any(one.id.startswith(other.id + "/") for other in targets)]
    order = Order(reason=clean(reason, 500), grace=seconds, by=str(home.actor))
    for target in targets:
        # Whoever ends an ended agent once more has read what may be left of it; another agent has no say in that.
        accepts = target.id if home.actor.is_operator else ""
        ended += end_subtree(home, target, replace(order, accepts=accepts))
    return KillReport(tuple(ended), round((time.monotonic() - started) * 1000))


def preview(home: Home, agent_ids: Sequence[str], snapshot: "Snapshot") -> list[KillPreview]:
    """The agents that a kill of each of these would end. Reads only. Raises NotFound."""
    from swarm.rules.kills import going_down
    from swarm.rules.verdicts import verdicts

    judged = verdicts(snapshot, home.policy, home.now())
    previews = []
    for words in agent_ids:
        if "/~" in words:
            above = snapshot.agent(words.partition("/~")[0])
            previews.append(KillPreview(words, above.spawn_id if above else "", ((words, "", "sub-agent", None),)))
            continue
        if (stray := _stray_in(snapshot, words)) is not None:
            previews.append(KillPreview(stray.id, "", ((stray.id, "", "stray", None),)))
            continue
        target = resolve(home, words)
        rows = tuple(
            (view.id, view.spawn_id, str(judged[view.id].state), judged[view.id].age)
            for view in going_down(snapshot, target)
        )
        own = snapshot.agent(target)
        previews.append(KillPreview(target, own.spawn_id if own else "", rows))
    return previews


def _target(home: Home, agent_id: str, spawn_id: str) -> Ref:
    record = home.ledger.read().agents.get(agent_id)
    if record is not None:
        must_be_meant(record, spawn_id)
    if record is None and not home.is_root(agent_id) and not home.layout.agent(agent_id).spec.is_file():
        raise Refused(
            Code.FOREIGN,
            f"{agent_id!r} was not spawned by this engine, so it is not ended by it.",
            "Its directory has no agent.json, and no process is known to be its own.",
            "End it where it was started.",
        )
    if record is None:
        _must_not_run(home, agent_id)
    return Ref(agent_id, record.spawn_id if record is not None else "")


def _must_not_run(home: Home, agent_id: str) -> None:
    """Raises SwarmError `unknown` where processes of an agent live that the ledger has no record of: a backup, say."""
    spec = read_spec(home.layout.agent(agent_id)).value
    running = marked(spec.spawn_id) if spec is not None else []
    if running:
        raise SwarmError(
            f"{agent_id!r} runs, and the ledger has no record of it.",
            f"Its marker is carried by {plural(len(running), 'process', 'processes')}, the first with the pid "
            f"{running[0].pid}. No process was stopped.",
            "Take it into the ledger first, then end it: swarm-tui doctor --rebuild",
            code=Code.UNKNOWN,
        )


MARK = "/~"
"""What stands between an agent's id and the key of a sub-agent of its own."""
CONFIRM_S = 3.0
TAIL_BYTES = 4 << 20


def is_subagent(words: str) -> bool:
    """Whether an id means a sub-agent of a program's own."""
    return MARK in words


def stop(home: Home, words: str, *, reason: str = "", spawn_id: str = "") -> StopOutcome:
    """Ends one sub-agent. It is gone where its program says so within three seconds; else the report says so.

    Raises NotFound; Refused `hierarchy`; SwarmError `channel` where its program cannot do that.
    """
    above, _, key = words.rpartition(MARK)
    agent_id = above.partition(MARK)[0]
    with audit.attempt(home, AuditVerb.KILL, words, spawn_id):
        must_be_ready(home, stops=False)
        agent_id = resolve(home, agent_id)
        must_be_below(home, agent_id)
        record = home.ledger.read().agents.get(agent_id)
        if record is None or record.phase is not Phase.RUNNING or spawn_id not in ("", record.spawn_id):
            raise NotFound(f"{agent_id!r} does not run any more.", "What it ran inside itself has ended with it.")
        stop_subagent(home, record, key)
        gone = _has_ended(home, record, key)
    said = "its program has ended it" if gone else "its program was told to end it, and has not said that it did"
    audit.record(
        home,
        AuditVerb.KILL,
        agent=f"{agent_id}{MARK}{key}",
        spawn_id=record.spawn_id,
        reason=reason or said,
        freed=0,
        gone=gone,
    )
    return StopOutcome(f"{agent_id}{MARK}{key}", record.spawn_id, gone=gone, unverified="" if gone else said, note=said)


def _is_ghost(home: Home, agent_id: str) -> bool:
    """Whether a coding agent that no record knows works in the directory of this id."""
    known = home.is_root(agent_id) or agent_id in home.ledger.read().agents
    return not known and agent_id in stray_views(home)


def stop_stray(home: Home, words: str, *, reason: str, grace: float) -> StopOutcome:
    """Ends one such process, with all that it started. Raises NotFound; Refused `hierarchy`."""
    with audit.attempt(home, AuditVerb.KILL, words) as attempt:
        must_be_ready(home, stops=False)
        view = find_stray(home, words)
        attempt.agent = view.id
        must_be_below(home, view.id)
        assert view.stray is not None  # noqa: S101 that is what was looked for
        return end_stray(home, view.id, view.stray, grace=grace, reason=reason)


def _stray_in(snapshot: "Snapshot", words: str) -> "AgentView | None":
    wanted = words.strip("/")
    return next(
        (
            view
            for view in snapshot.agents
            if view.stray is not None and (view.id == wanted or view.id.endswith("/" + wanted))
        ),
        None,
    )


def _has_ended(home: Home, record: Record, key: str) -> bool:
    """Whether the program says within a moment that this sub-agent is over."""
    new_reader = new_reader_for(record.program, home.policy)
    if new_reader is None:
        return False
    # From where the sub-agent was started on, as far as we look back.
    output, reader = FileTail(home.layout.agent(record.id).stdout, window=TAIL_BYTES), new_reader()
    deadline = time.monotonic() + CONFIRM_S
    while time.monotonic() < deadline:
        part = output.read()
        said = (each for line in part.lines for each in reader.feed(line)) if part is not None else ()
        if any(each.kind is Kind.SUBAGENT_ENDED and each.key == key for each in said):
            return True
        time.sleep(0.05)
    return False
