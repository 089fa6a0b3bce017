"""A home whose ledger and processes are in memory, so that thousands of interleavings of real steps can be played.

Whoever acts may be interrupted where it has an effect outside the ledger: others act there, it fails, or it dies.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from swarm.config.policy import Policy, SlotsPolicy, SpawnPolicy
from swarm.errors import Code, SwarmError
from swarm.home.context import Home
from swarm.ledger.ledger import Change, Ledger, Lines
from swarm.ledger.state import State
from swarm.ledger.transitions import EDGES
from swarm.model.agent import AgentSpec, Identity, Liveness
from swarm.model.launch import Launch
from swarm.model.record import Phase, Record
from swarm.model.time import Now, read_now, start_epoch
from swarm.model.values import replace
from swarm.processes.runner import Frozen, Life, Started, StopReport
from swarm.programs.base import Program, WithoutChannel
from swarm.protocol.paths import AgentDir, Layout
from tests.support.clocks import FakeClock

DIES_BEFORE, DIES_AFTER, FAILS, WORKS = "dies before", "dies after", "fails", "works"
OUTCOMES = (WORKS, FAILS, DIES_BEFORE, DIES_AFTER)


class Died(BaseException):
    """A process was killed in the middle: none of its handlers runs, so none of them may reach the ledger."""


class MemoryLedger(Ledger):
    """A ledger of this process, which holds every commit against the table of edges."""

    def __init__(self, clock: FakeClock) -> None:
        self.state = State(1, "home", start_epoch(clock))
        self.clock = self._clock = clock
        self.dead = False
        """The process that acts just now was killed."""
        self.past: dict[tuple[str, Phase], Record] = {}
        """A record of each spawn in each phase that it has been in."""

    def read(self) -> State:
        return self.state

    def now(self) -> Now:
        return read_now(self.state.epoch, self.clock)

    def commit(
        self,
        change: Change,
        *,
        purpose: str,
        lines: Lines | None = None,
        then: Callable[[State], None] | None = None,
    ) -> State:
        if self.dead:
            raise Died
        new = change(self.state)
        if new is not self.state:
            self._hold_against_the_table(new, purpose)
            self.state = replace(new, revision=self.state.revision + 1)
        if then is not None:
            then(self.state)
        return self.state

    def tell(self) -> None:
        """Nothing is owed: there is no log."""

    def _hold_against_the_table(self, new: State, purpose: str) -> None:
        for record in self.state.agents.values():
            assert record.id in new.agents or not record.unverified, f"{purpose}: {record.id} was let go of in doubt"
        for record in new.agents.values():
            before = self.state.agents.get(record.id)
            self.past[record.spawn_id, record.phase] = record
            if before is None or before.spawn_id != record.spawn_id:
                assert before is None or not before.holds_slot, f"{purpose}: {record.id} took the slot of another spawn"
                # The root is idle before its first turn, in the same commit.
                assert record.phase in EDGES[None], f"{purpose}: {record.id} began as {record.phase}"
            elif before.phase is not record.phase:
                steps = EDGES[before.phase]
                ends_a_turn = Phase.ENDED in steps and record.phase is Phase.IDLE
                assert record.phase in steps or ends_a_turn, f"{purpose}: {before.phase} -> {record.phase}"


class Stage:
    """The home, its processes by spawn id, and what happens at the next effect. Implements `Runner`."""

    def __init__(self, root: Path) -> None:
        self.clock = FakeClock()
        self.ledger = MemoryLedger(self.clock)
        policy = Policy(slots=SlotsPolicy(max=6, reserve=1), spawn=SpawnPolicy(stagger=False))
        self.home = Home(Layout(root, foreign=True), policy, self.clock, self.ledger, self)
        self.world: dict[str, set[Identity]] = {}
        self.still: set[str] = set()
        """The spawns whose processes were stopped where they are."""
        self.meanwhile: list[Callable[[], None]] = []
        self.outcome = WORKS
        self.doubt = ""
        self.number = 0

    def effect(self, happens: Callable[[], None]) -> None:
        """Something outside the ledger: others act first, then it works, fails, or its process dies."""
        outcome, self.outcome = self.outcome, WORKS
        others, self.meanwhile = self.meanwhile, []
        for act in others:
            act()
        if outcome == DIES_BEFORE:
            self.die()
        if outcome == FAILS:
            raise SwarmError("It does not start.", code=Code.START)
        happens()
        if outcome == DIES_AFTER:
            self.die()

    def die(self) -> None:
        self.ledger.dead = True
        raise Died

    def process(self, spawn_id: str) -> Identity:
        self.number += 1
        return Identity("another boot", 1, self.number, self.number, spawn_id)

    def spawn(self, agent: AgentDir, launch: Launch) -> Started:
        started = Started(self.process(launch.spawn_id), self.process(launch.spawn_id))
        self.still.discard(launch.spawn_id)  # what is started anew goes
        self.effect(lambda: self.world.setdefault(launch.spawn_id, set()).update(started))
        return started

    def started(self, agent: AgentDir, spawn_id: str) -> Started | None:
        runs = sorted(self.world.get(spawn_id, ()), key=lambda one: one.pid)
        return Started(runs[0], runs[-1]) if runs else None

    def life(self, record: Record) -> Life:
        return Life(self.alive(record))

    def alive(self, record: Record) -> Liveness:
        mine = {record.keeper, record.process} & self.world.get(record.spawn_id, set())
        return Liveness.ALIVE if mine else Liveness.DEAD

    def stop(self, record: Record, agent: AgentDir, grace: float) -> StopReport:
        doubt, self.doubt = self.doubt, ""
        if not doubt:
            self.effect(lambda: None)
            self.world.pop(record.spawn_id, None)
            self.still.discard(record.spawn_id)
        return StopReport(gone=not doubt, unverified=doubt)

    def freeze(self, records: Sequence[Record]) -> list[Frozen]:
        self.still |= {record.spawn_id for record in records}
        return [Frozen((), complete=True) for _ in records]

    def thaw(self, records: Sequence[Record]) -> list[Frozen]:
        self.effect(lambda: None)
        self.still -= {record.spawn_id for record in records}
        return [Frozen((), complete=True) for _ in records]

    def logs(self, agent: AgentDir) -> Mapping[str, Path]:
        return {}

    def cores(self) -> int:
        return 2

    def lost(self, record: Record) -> str:
        return ""


class Talker(WithoutChannel):
    """A program whose sessions go on, headless and in a terminal."""

    name = kind = "talker"
    start_cost_s = 0.0
    channel = False
    has_sessions = True

    def resume(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str, words: str) -> Launch:
        return launch_of(spec)

    def take_over(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str) -> Launch:
        return launch_of(spec)

    def why_not_logged_in(self, launch: Launch | None = None) -> str:
        return ""


def talker() -> Program:
    """The program of whoever is on the stage; only what a life needs of it is there."""
    return cast("Program", Talker())


def launch_of(spec: AgentSpec) -> Launch:
    return Launch(spec.spawn_id, ("talk",), {}, Path("/"))
