"""What one scan saw: agents, slots, problems, and how the home can be used."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from swarm.model.account import Account
from swarm.model.activity import ActivityState, SubAgent, Tokens
from swarm.model.agent import AgentSpec, Exit, Liveness, Usage
from swarm.model.beat import Beat
from swarm.model.causes import ProblemCode
from swarm.model.disk import Disk
from swarm.model.record import Alert, Holder, Observed, Record, Ref
from swarm.model.reports import Progress, Results
from swarm.model.repository import Changes
from swarm.model.review import Dispute
from swarm.model.stray import Stray
from swarm.model.values import replace


class Problem(Struct, frozen=True):
    """Something wrong that the scan saw."""

    code: ProblemCode
    text: str


class AgentView(Struct, frozen=True, gc=False):
    """One agent as a scan saw it: disk and ledger together. Compared by value: unchanged agents are equal."""

    id: str
    name: str
    role: str
    parent: str | None
    depth: int
    spawn_id: str = ""
    foreign: bool = False
    ghost: bool = False
    """It runs without having been spawned through the engine (protocol.md, Slots)."""
    spec: AgentSpec | None = None
    record: Record | None = None
    progress: Progress = Progress()
    results: Results = Results()
    exit: Exit | None = None
    exit_why: str = ""
    """Why its exit.json cannot be read; '' where it can, or where there is none."""
    observed: Observed = Observed()
    """Fresher than the record's: what this process saw since."""
    changed_at: float | None = None
    """Wall seconds of the last update, for people; None where there was none."""
    absent: str = ""
    """Why its files say nothing of it while it lives: gone, replaced, out of sight; '' where they do."""
    liveness: Liveness | None = None
    """What the look at the keeper and program said; None where there is no identity to look at."""
    usage: Usage | None = None
    budget: int = 1
    used: int = 0
    """Slots held in the subtree, itself included."""
    children: int = 0
    problems: tuple[Problem, ...] = ()
    activity: ActivityState | None = None
    """What its program says it is doing; None where it does not say."""
    tokens: Tokens | None = None
    """Its own, over all its runs; None where they are unknown."""
    cost_usd: float | None = None
    """Its own, over all its runs; None where no price is known."""
    unpriced: bool = False
    """It used tokens at no known price, and `cost_usd` leaves them out."""
    description: str = ""
    """What a sub-agent of a program's own is for."""
    inner: SubAgent | None = None
    """It is a sub-agent inside another agent's program, which has no process and no directory of its own."""
    stray: Stray | None = None
    """The process of a coding agent that the ledger does not know."""
    heard: float | None = None
    """Awake seconds of its program's last sign of life, or word that it tries again; None where it does not say."""
    changes: Changes | None = None
    """What is changed in its worktree; None without one, and where it was not looked at yet."""
    missing: tuple[Dispute, ...] = ()
    """What speaks against the outputs that its results name, while it has not ended."""
    unread: bool = False
    """Its program's output is not read to its end yet: what it does and has used up is not known."""

    @property
    def ref(self) -> Ref:
        """The spawn that was seen."""
        return Ref(self.id, self.spawn_id)

    @property
    def retrying(self) -> str:
        """What its program last said of a model service that refuses or does not answer; '' where it works."""
        return self.activity.retrying if self.activity is not None else ""

    @property
    def retries(self) -> int:
        """How often in a row it has tried."""
        return self.activity.retries if self.activity is not None else 0


class Slots(Struct, frozen=True):
    """The slot budget of the whole swarm (protocol.md, Slots)."""

    max: int
    reserve: int
    committed: int
    used: int
    free: int
    """What a spawn of any role can still commit without --use-reserve."""
    by_role: Mapping[str, int] = {}
    cells: tuple[tuple[str, str, bool], ...] = ()
    """One per committed slot: (top-level agent id, role, used)."""
    kept: Mapping[str, int] = {}
    """By role: slots that are guaranteed to it and not taken yet; they are not free."""


class Access(StrEnum):
    """Whether this home can be written, and if not, why."""

    WRITABLE = "writable"
    MISSING = "missing"
    FOREIGN = "foreign"
    READ_ONLY = "read-only"
    NEWER = "newer"
    FULL = "full"
    BAD_POLICY = "bad-policy"
    DAMAGED = "damaged"
    ASKED = "asked"
    """`--read-only` was given."""

    @property
    def takes_acts(self) -> bool:
        """Whether verbs can be tried.

        On a full disk the engine's reserve takes what ends an agent; under a wrong swarm.toml its last right settings
        hold for whatever starts no agent.
        """
        return self in (Access.WRITABLE, Access.FULL, Access.BAD_POLICY)


class Watching(StrEnum):
    """How snapshots of the home are kept fresh."""

    EVENTS = "events"
    """By events, with scans as the truth."""
    SCAN = "scan"
    """By scans alone."""


class Pulse(Struct, frozen=True):
    """The swarm's view of itself: how old the snapshot is, how it was taken, what it could not do."""

    access: Access = Access.WRITABLE
    access_why: str = ""
    watching: Watching = Watching.SCAN
    watching_why: str = ""
    """Why by scans alone, or why events do not reach everything."""
    scanned_at: float = 0.0
    looking: bool = False
    """The first look is under way: there are more agents than these, and nothing may be decided yet."""


class Snapshot(Struct, frozen=True):
    """Everything a surface shows, taken at once. Parents come before children."""

    generation: int
    home: str = ""
    agents: tuple[AgentView, ...] = ()
    slots: Slots = Slots(12, 2, 0, 0, 10)
    alerts: tuple[Alert, ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()
    """(agent id or '', problem) of what belongs to no single agent's view."""
    beats: tuple[Beat, ...] = ()
    """The last records, oldest first, 96 at most."""
    heartbeat_n: int = 0
    heartbeat_last_at: float | None = None
    """Wall seconds."""
    heartbeat_last: float | None = None
    """Awake seconds."""
    heartbeat_running: Holder | None = None
    """Who executes a heartbeat just now; None where its process has ended in it."""
    owner: Holder | None = None
    """Who beats automatically in this home."""
    owner_gone: bool = False
    """Its process has ended; one that cannot be looked at from here counts as living."""
    queue: tuple[str, ...] = ()
    """Ids waiting for a slot, in order."""
    schedule_due: tuple[str, ...] = ()
    """Roles of the schedule that stay due from an earlier heartbeat."""
    account: Account = Account()
    """What the ledger keeps of tokens and costs; `rates` says what the swarm used up in which time."""
    tokens: int = 0
    """What all agents ever have used up."""
    cost_usd: float = 0.0
    """The same in dollars, as far as prices are known."""
    role_files: Mapping[str, str] = {}
    """The hash of each file in `roles/`, by its path in the home."""
    revision: int = 0
    disk: Disk = Disk()
    pulse: Pulse = Pulse()
    root: str = "genesis-01"

    def shows_the_same(self, other: "Snapshot") -> bool:
        """Whether both show the same; when they were taken, and how, is left out."""
        return self == replace(other, generation=self.generation, pulse=self.pulse)

    def agent(self, agent_id: str) -> AgentView | None:
        """The agent of this id, or None. Linear: keep an index where you ask often."""
        return next((view for view in self.agents if view.id == agent_id), None)
