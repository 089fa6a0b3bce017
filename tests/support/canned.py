"""The app on a canned swarm: no disk, no clock, no processes; for pictures and for what only concerns the screen."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path

from swarm.api import Swarm
from swarm.config.policy import Policy
from swarm.errors import Code, Refused, SwarmError
from swarm.home.context import Home
from swarm.ledger.audit_log import Event
from swarm.model.archive import ArchivedAgent, ArchiveReport
from swarm.model.beat import ActionKind, Beat
from swarm.model.health import Health
from swarm.model.listed import ListedSession
from swarm.model.plan import Action, Plan
from swarm.model.record import Alert, Holder, Ref
from swarm.model.reports import WholeResults
from swarm.model.repository import ChangedFile, Changes, Worktree
from swarm.model.requests import (
    DiffReport,
    EvictionChoice,
    HandOverReport,
    KillReport,
    MergeReport,
    Messaged,
    Objection,
    ReadReport,
    Rehearsal,
    Reviewed,
    SpawnCheck,
    Spawned,
    SpawnRequest,
)
from swarm.model.results_inbox import Promise, ResultsEntry
from swarm.model.review import Decision, Review
from swarm.model.snapshot import Snapshot
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.protocol.role import Role
from swarm.rules.results.results_inbox import entries
from swarm.rules.verdicts import verdicts
from swarm.scan.watcher import Watch
from tests.support.swarms import NOW, POLICY, an_identity, big_example

HOME = Path("/home/operator/my-swarm")
A_WORKTREE = Worktree("/repo/.git", "swarm/worktrees/worker-1", "swarm/worker-1", "0" * 40, "main", "/repo")
SOME_CHANGES = Changes((ChangedFile("api.py", 1, 1), ChangedFile("new.py", uncommitted=True)), 1, "swarm/worker-1")


class StillWatch(Watch):
    """A watch that never sees anything new."""

    def __init__(self) -> None:
        """Nothing to watch: no thread is ever made."""
        self.seen = True

    def start(self) -> None:
        return

    def stop(self, deadline: float = 0.0) -> None:
        del deadline

    def poke(self) -> None:
        return

    def visible(self, seen: bool) -> None:
        self.seen = seen


class CannedSwarm(Swarm):
    """A swarm of which everything is known beforehand. What was asked of it stands in `asked`."""

    def __init__(self, snapshot: Snapshot | None = None, *, policy: Policy = POLICY) -> None:
        super().__init__(replace(Home.open(Layout(HOME, foreign=True)), policy=policy))
        taken = snapshot if snapshot is not None else big_example()
        owner = Holder("control room", an_identity(4100), NOW.wall - 3600, next_at=NOW.wall + 432, period_s=900)
        self.canned = replace(taken, home=str(HOME), owner=owner, pulse=replace(taken.pulse, scanned_at=NOW.wall))
        self.at = NOW
        self.on_snapshot: Callable[[Snapshot], None] = lambda _: None
        """Whom the last watch tells."""
        self.watching = StillWatch()
        self.asked: list[tuple[str, object]] = []
        self.canned_events: tuple[Event, ...] = ()
        self.check = SpawnCheck("genesis-01/idea-alpha/worker-9", 1, free_after=1)
        self.respawn_check = SpawnCheck("", 1, free_after=1)
        self.refuse: SwarmError | None = None
        self.ended_at_once: SwarmError | None = None
        self.beside: tuple[ListedSession, ...] = ()
        """Sessions that run beside the swarm."""
        self.promised: Mapping[str, tuple[Promise, ...]] = {}
        """What a look at the disk would find of promised outputs, by id."""
        self.sends = False
        """Messages go into sessions."""

    def _note(self, verb: str, what: object) -> None:
        self.asked.append((verb, what))
        if self.refuse is not None:
            raise self.refuse

    def snapshot(self) -> Snapshot:
        return self.canned

    first_look = snapshot

    def now(self) -> Now:
        return self.at

    def watch(self, on_snapshot: Callable[[Snapshot], None]) -> Watch:
        self.on_snapshot = on_snapshot
        self.watching = StillWatch()
        return self.watching

    def events(self, limit: int = 500, *, agent: str | None = None, since_wall: float | None = None) -> list[Event]:
        return list(self.canned_events)

    def roles(self) -> "dict[str, Role | SwarmError]":
        return {
            name: Role(
                name=name,
                summary=f"The {name} of this swarm.",
                slots=POLICY.slots.for_role(name),
                inputs=("a task",),
                outputs=("results.json",),
                owns=("its own directory",),
                done_when=("its outcome is there",),
                must_not=("touch what others own",),
            )
            for name in ("worker", "scout", "idea-meta", "improvement", "diagnostic")
        }

    def check_spawn(self, request: SpawnRequest, snapshot: Snapshot | None = None) -> SpawnCheck:
        return self.check

    def spawn(self, request: SpawnRequest, role: Role | None = None) -> Spawned:
        self._note("spawn", request)
        return Spawned(self.check.agent, "spawn-new", str(HOME / "swarm/agents" / self.check.agent))

    def check_respawn(
        self,
        meant: Sequence[Ref],
        snapshot: Snapshot | None = None,
        *,
        force: bool = False,
        here: bool = False,
        kill_first: Sequence[str] = (),
    ) -> SpawnCheck:
        left = [each for each in self.respawn_check.objections if not (force and each.code is Code.CRASH_LOOP)]
        if kill_first:
            left = [each for each in left if each.field != "slots"]
        return replace(self.respawn_check, objections=tuple(left))

    def respawn(
        self,
        agent_id: str,
        *,
        fresh: bool = False,
        force: bool = False,
        here: bool = False,
        kill_first: tuple[str, ...] = (),
        spawn_id: str = "",
    ) -> Spawned:
        for name, said in (("forced", force), ("here", here)):
            if said:
                self._note(name, agent_id)
        self._note("respawn", (agent_id, fresh, kill_first) if kill_first else (agent_id, fresh))
        return Spawned(agent_id, "spawn-new", str(HOME / "swarm/agents" / agent_id))

    def results(self, snapshot: Snapshot | None = None) -> tuple[ResultsEntry, ...]:
        self._note("results", snapshot is None)
        found = entries(self.canned, verdicts(self.canned, self.home.policy, self.at))
        return tuple(replace(entry, promises=self.promised.get(entry.agent, ())) for entry in found)

    def read(self, words: str, *, spawn_id: str = "") -> ReadReport:
        self._note("read", words)
        return ReadReport(words, spawn_id, WholeResults(), first=True)

    def unread(self, words: str, *, spawn_id: str = "") -> str:
        self._note("unread", (words, spawn_id))
        return words

    def accept(self, words: str, *, why: str = "", spawn_id: str = "") -> Reviewed:
        self._note("accept", (words, why, spawn_id))
        return Reviewed(words, spawn_id, Review(Decision.ACCEPTED, word=why))

    def reject(self, words: str, *, why: str, spawn_id: str = "") -> Reviewed:
        self._note("reject", (words, why, spawn_id))
        return Reviewed(words, spawn_id, Review(Decision.REJECTED, word=why))

    def sessions(self) -> tuple[ListedSession, ...]:
        return self.beside

    def unlisted(self) -> tuple[str, ...]:
        return ("gemini",)

    def adopt(self, words: str, *, name: str, **_: object) -> Spawned:
        self._note("adopt", (words, name))
        return Spawned(f"genesis-01/{name}", "spawn-new", "")

    def adopt_stray(self, words: str, *, name: str, restart: bool = False, **_: object) -> Spawned:
        self._note("adopt_stray", (words, name, restart))
        if not restart:
            raise Refused(Code.ATTACH, "It cannot go on where it is.")
        return Spawned(f"genesis-01/{name}", "spawn-new", "")

    def dismiss(self, ids: Sequence[str], *, undo: bool = False) -> tuple[str, ...]:
        self._note("dismiss", (tuple(ids), undo))
        return tuple(ids)

    def why_ended_at_once(self, spawned: Spawned) -> SwarmError | None:
        return self.ended_at_once

    def kill(
        self,
        agent_ids: Sequence[str],
        *,
        reason: str = "",
        grace: float | None = None,
        spawn_ids: object = None,
    ) -> KillReport:
        self._note("kill", (tuple(agent_ids), grace, spawn_ids))
        return KillReport(())

    def pause(self, agent_id: str, *, spawn_id: str = "", only: Container[Ref] | None = None) -> tuple[Ref, ...]:
        self._note("pause", (agent_id, spawn_id) if only is None else (agent_id, only))
        return tuple(only) if isinstance(only, frozenset) else (Ref(agent_id, spawn_id),)

    def resume(self, agent_id: str, *, spawn_id: str = "", only: Container[Ref] | None = None) -> tuple[Ref, ...]:
        self._note("resume", (agent_id, spawn_id) if only is None else (agent_id, only))
        return tuple(only) if isinstance(only, frozenset) else (Ref(agent_id, spawn_id),)

    def freeze_all(self) -> int:
        self._note("freeze", None)
        return 9

    def thaw_all(self) -> int:
        self._note("thaw", None)
        return 9

    def hold(self, agent_id: str, *, beats: int, why: str, spawn_id: str = "") -> None:
        self._note("hold", (agent_id, beats, why, spawn_id))

    def message(self, agent_id: str, text: str, *, spawn_id: str = "") -> Messaged:
        self._note("message", (agent_id, text, spawn_id))
        if self.sends:
            return Messaged(agent_id, "m-4d5e6f", sent=True)
        return Messaged(agent_id, "m-1a2b3c", waits="its program (command) takes no words while it runs")

    def diff(self, words: str, *, stat: bool = False) -> DiffReport:
        self._note("diff", words)
        return DiffReport(words, A_WORKTREE, SOME_CHANGES, "diff --git a/api.py b/api.py\n+one\n-two\n  as it was")

    def merge(
        self, words: str, *, into: str = "", message: str = "", remove: bool = False, spawn_id: str = ""
    ) -> MergeReport:
        self._note("merge", (words, message, spawn_id))
        return MergeReport(words, "swarm/worker-1", "main", "0" * 40, 2, already=False, committed=0, removed=False)

    def handover(
        self, words: str, *, name: str = "", to: str = "", message: str = "", spawn_id: str = ""
    ) -> HandOverReport:
        self._note("handover", (words, name, to, message, spawn_id))
        return HandOverReport(words, name or "swarm/worker-1", "0" * 40, commits=2, committed=1)

    def archive(self, words: Sequence[str] = (), *, spawn_ids: object = None) -> ArchiveReport:
        self._note("archive", (tuple(words), spawn_ids))
        return ArchiveReport(tuple(ArchivedAgent(word, word, "s", "") for word in words))

    def restore(self, words: str) -> str:
        self._note("restore", words)
        return words

    def keep_environment(self, agent_id: str) -> None:
        self._note("keep_environment", agent_id)

    def why_not_attach(self, agent_id: str) -> str:
        view = self.canned.agent(agent_id)
        program = view.record.program if view is not None and view.record is not None else ""
        return "" if program == "claude" else f"its program ({program}) has no sessions that a person could go on with"

    def acknowledge(self, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        chosen = tuple(alerts)
        self._note("acknowledge", chosen)
        return chosen

    def unacknowledge(self, acknowledged: Iterable[Alert]) -> tuple[Alert, ...]:
        chosen = tuple(acknowledged)
        self._note("unacknowledge", chosen)
        return chosen

    def rehearse(self, snapshot: Snapshot | None = None) -> Rehearsal:
        taken = self.canned
        found = verdicts(taken, self.home.policy, self.at)
        actions: list[Action] = []
        for view in taken.agents:
            verdict = found[view.id]
            if verdict.kill_due:
                actions.append(Action(ActionKind.KILL, view.id, view.spawn_id, verdict.why, subtree=(view.id,)))
            elif verdict.state is Health.INVESTIGATE:
                actions.append(Action(ActionKind.INVESTIGATE, view.id, view.spawn_id, verdict.why))
            elif verdict.state is Health.DONE:
                actions.append(Action(ActionKind.COLLECT, view.id, view.spawn_id, "results.json is valid"))
        counts: dict[str, int] = {}
        for verdict in found.values():
            counts[verdict.state.value] = counts.get(verdict.state.value, 0) + 1
        return Rehearsal(Plan(taken.heartbeat_n + 1, tuple(actions), counts, taken.slots), found)

    def beat(self, *, by: str, force: bool = False, skip: Iterable[str] = ()) -> Beat:
        self._note("beat", (force, frozenset(skip)))
        return self.canned.beats[-1]

    def own_heartbeat(self, by: str) -> bool:
        return False


def full_house() -> SpawnCheck:
    """A spawn that meets a full swarm, with candidates to end."""
    found = verdicts(big_example(), POLICY, NOW)
    stuck = [view for view in big_example().agents if found[view.id].state in (Health.OVERDUE, Health.LOOPING)]
    stuck = [view for view in stuck if view.record is not None]
    return SpawnCheck(
        "genesis-01/idea-gamma",
        4,
        (
            Objection(
                "slots", Code.NO_SLOT, "There is no room for 4 more slots.", "10 of 12 are committed, 2 are reserve."
            ),
        ),
        candidates=tuple(
            EvictionChoice(view.id, view.spawn_id, found[view.id].state.value, found[view.id].why, view.budget)
            for view in stuck
        ),
    )
