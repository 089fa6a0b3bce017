"""What the ledger keeps of agents, alerts, and who beats."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar

from msgspec import Meta, Struct

from swarm.model.actor import Actor
from swarm.model.agent import Identity
from swarm.model.bounds import Count, Dollars, ExitCode, NonEmpty, Outcomes, Seconds, SlotCount, Text, Texts
from swarm.model.causes import AlertCause
from swarm.model.checks import Checks
from swarm.model.repository import Worktree
from swarm.model.review import Disputes, Review
from swarm.model.service import Waiting

Identities = Annotated[tuple[Identity, ...], Meta(max_length=100)]


class OfSpawn(Protocol):
    """A value that names its spawn: a record, spec, exit or view."""

    @property
    def spawn_id(self) -> str: ...


S = TypeVar("S", bound=OfSpawn)


class Ref(NamedTuple):
    """An agent's id with the id of its spawn: a later spawn of the same agent is another one."""

    id: str
    spawn_id: str

    def match(self, found: S | None) -> S | None:
        """Returns what was found, where it is there and is of this spawn; else None."""
        return found if found is not None and found.spawn_id == self.spawn_id else None

    def find(self, agents: Mapping[str, S]) -> S | None:
        """Returns what the mapping, by agent id, has of this spawn; else None."""
        return self.match(agents.get(self.id))


class Phase(StrEnum):
    """Where an agent stands in the ledger. SPAWNING and STOPPING are intents: without outcome, they are looked into."""

    QUEUED = "queued"
    SPAWNING = "spawning"
    RUNNING = "running"
    STOPPING = "stopping"
    WAITING = "waiting"
    """Its program has ended for a trouble of its service: slot and session are kept, and it is taken up again."""
    ENDED = "ended"
    IDLE = "idle"
    """The root between two turns: it has no process, and will have one again. How the last turn ended stands in it."""


_LIVE = (Phase.RUNNING, Phase.SPAWNING, Phase.STOPPING, Phase.WAITING)


class Ending(StrEnum):
    """How an agent ended."""

    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"
    LOST = "lost"


class Fingerprint(Struct, frozen=True, gc=False, omit_defaults=True):
    """What changes when progress.md changes. inode, size in bytes, mtime in nanoseconds, hash of the tail.

    said: hash of its newest entries, each once, '' where they cannot be told apart: what is written twice is no update.
    """

    inode: Annotated[int, Meta(ge=0)]
    size: Count
    mtime_ns: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    tail: Text
    said: Text = ""


class Observed(Struct, frozen=True, gc=False, omit_defaults=True):
    """What the engine saw of an agent's progress and outputs, and when; kept in the ledger over restarts.

    All times are awake seconds of the ledger's epoch.
    """

    progress: Fingerprint | None = None
    changed: Seconds = 0.0
    """When the content of progress.md was last seen to change (or the spawn, where it never has)."""
    outputs: Count = 0
    """Files with something in them that match the spec's outputs, or lie where it works where that declares none, and
    changed since the spawn."""
    outputs_key: Text = ""
    """Hash over what is in them; '' where they were not looked at."""
    outputs_changed: Seconds = 0.0
    """When something that was not in them before was last seen to come."""
    seen: Seconds = 0.0
    """When this observation was made."""
    paused: Seconds = 0.0
    """The record's `paused_total` when `changed` was set: earlier pauses do not make this silence younger."""


class Record(Struct, frozen=True, gc=False, omit_defaults=True):
    """One agent in the ledger."""

    id: Text
    spawn_id: NonEmpty
    phase: Phase
    role: Text = "worker"
    parent: Text | None = None
    slots: SlotCount = 1
    """The budget it commits: itself and everything below it."""
    reserve: bool = False
    """It was let into the reserve."""
    program: Text = "command"
    boxed: bool = False
    """A box of the system's holds it to its scope."""
    requested_by: Text = "operator"
    spawned: Seconds = 0.0
    """Awake seconds at the spawn."""
    spawned_at: Seconds = 0.0
    """Wall seconds at the spawn."""
    process: Identity | None = None
    """The program."""
    keeper: Identity | None = None
    """Its keeper."""
    observed: Observed = Observed()
    investigated: Seconds | None = None
    """`observed.changed` of the silence that was investigated: once per silence."""
    investigations: Count = 0
    loop_warned: Seconds | None = None
    """Awake seconds at which it was told that it loops; None where it was not, or has stopped looping since."""
    held_until: Count | None = None
    """No automatic kill before this heartbeat number has passed."""
    held_why: Text = ""
    paused: Seconds | None = None
    """Awake seconds since which it is paused."""
    paused_total: Seconds = 0.0
    """Awake seconds it was paused before; they do not age."""
    ending: Ending | None = None
    why: Text = ""
    ended_by: Text = ""
    ended: Seconds | None = None
    """Awake seconds at the end."""
    ended_at: Seconds | None = None
    """Wall seconds at the end."""
    exit_code: ExitCode | None = None
    """Exit code, negative for a signal; None while unknown."""
    unverified: Text = ""
    """What could not be excluded when it was stopped; while set, it holds its slot."""
    leftovers: Identities = ()
    """Of an ended agent: the processes that may be of it and were left alone, as far as `unverified` tells of such."""
    outside: Text = ""
    """Of an ended agent that is held to a scope: what changed outside of that while it ran, in words."""
    may_have_left: Texts = ()
    """Of an ended agent: what its tool calls may have left with others, where no look reaches: `at jobs`."""
    collected_n: Count | None = None
    """Heartbeat number at which its results were collected."""
    read_at: Seconds | None = None
    """Wall seconds at which its results were read."""
    read_by: Text = ""
    invalid_since_n: Count | None = None
    """Heartbeat number that first saw an invalid results.json."""
    respawn_of: Text = ""
    owns: Texts = ()
    """The spec's, so that two spawns in the same instant cannot own overlapping paths."""
    worktree: Worktree | None = None
    """The spec's, because what is owned in a worktree is owned in its repository."""
    starter: Identity | None = None
    """The process that carries out its spawn, while SPAWNING."""
    stopper: Identity | None = None
    """The process that carries out its end, while STOPPING."""
    taken_over: Text = ""
    """Who is attached to it in a terminal, in place of its headless run; '' where no one is."""
    taken_at: Seconds | None = None
    """Awake seconds since which it is attached to; that time does not age it."""
    waiting: Waiting | None = None
    """How it waits for its service, or waited before it was taken up; of the root, for its next turn."""
    tokens: tuple[Count, Count, Count, Count] | None = None
    """Of an ended agent: input, output, read from and written to the cache; None where they are unknown."""
    cost_usd: Dollars | None = None
    """Of an ended agent; None where it is unknown."""
    unpriced: bool = False
    """It used tokens at no known price, and `cost_usd` leaves them out."""
    checked_n: Count | None = None
    """Heartbeat number that ran its acceptance checks; None where none has."""
    acceptance: Outcomes = ()
    """What those checks said: (text, passed)."""
    promised: Text = ""
    """Hash of the outputs that it was spawned to make, as its spec declared them then; '' for none."""
    checks: Checks = Checks()
    """Who runs those checks, and what they said before."""
    disputes: Disputes = ()
    """Of an agent that ended as done: what speaks against its results, apart from checks."""
    review: Review | None = None
    """What was decided about its results; None while nobody has."""
    warned: Texts = ()
    """What it was told by heartbeats, each once (`rules.warnings`); the last ones."""
    told: Texts = ()
    """What its parent was told of it: that it ended, that its results wait, causes of alerts."""
    extra: Mapping[str, Any] = {}
    """Keys of a newer version: they survive."""

    @property
    def ref(self) -> Ref:
        """The name of this spawn."""
        return Ref(self.id, self.spawn_id)

    @property
    def live(self) -> bool:
        """It runs, or is about to, or waits for its service, or could not be proved dead."""
        return self.phase in _LIVE

    @property
    def is_unpriced(self) -> bool:
        """Some of what it used up has no known price."""
        return self.unpriced or (self.cost_usd is None and sum(self.tokens or ()) > 0)

    @property
    def holds_slot(self) -> bool:
        """From the reservation until collection, verified kill or failure (protocol.md, Slots)."""
        return self.phase in _LIVE or bool(self.unverified)


class Alert(Struct, frozen=True, omit_defaults=True):
    """Something a person should know; one per (agent, cause), counted when it comes again."""

    agent: Text
    """'' for the swarm itself."""
    cause: AlertCause
    text: Text
    spawn_id: Text = ""
    first_at: Seconds = 0.0
    """Wall seconds."""
    last_at: Seconds = 0.0
    count: Count = 1
    acked_at: Seconds | None = None
    acked_by: Text = ""
    extra: Mapping[str, Any] = {}
    """Keys of a newer version: they survive."""

    @property
    def ref(self) -> Ref:
        """The spawn that it is about."""
        return Ref(self.agent, self.spawn_id)

    @property
    def key(self) -> str:
        return f"{self.agent}\n{self.spawn_id}\n{self.cause}"


class Holder(Struct, frozen=True, omit_defaults=True):
    """Who runs or owns the heartbeat."""

    by: Text
    """`control room`, `run`, `heartbeat` with host and pid, for people."""
    process: Identity
    since: Seconds
    """Wall seconds."""
    next_at: Seconds | None = None
    """Wall seconds of the next automatic beat, where it is an owner; for people."""
    period_s: Seconds = 0.0
    due: Seconds | None = None
    """Awake seconds of the next automatic beat, where it is an owner: what is decided on."""


class QueueEntry(Struct, frozen=True, omit_defaults=True):
    """A spawn that waits for a slot."""

    id: Text
    spawn_id: NonEmpty
    at: Seconds
    """Wall seconds at which it was asked for."""
    request: Mapping[str, Any]
    """The SpawnRequest, decoded when its turn comes: what a newer version asked for survives until then."""
    by: Mapping[str, Text] = {}
    """The fields of the Actor who asked for it."""
    extra: Mapping[str, Any] = {}
    """Keys of a newer version: they survive."""

    @property
    def actor(self) -> Actor:
        """Who asked for it; the operator where the entry does not say."""
        return Actor(**{name: self.by[name] for name in Actor._fields if name in self.by})
