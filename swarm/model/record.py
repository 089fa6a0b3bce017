"""What the ledger keeps of agents, alerts, heartbeats and what was used up."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from swarm.model.actions import Performed
from swarm.model.agent import Identity
from swarm.model.causes import AlertCause
from swarm.model.ref import Ref


class Phase(StrEnum):
    """Where an agent stands in the ledger. SPAWNING and STOPPING are intents: without outcome, they are looked into."""

    QUEUED = "queued"
    SPAWNING = "spawning"
    RUNNING = "running"
    STOPPING = "stopping"
    ENDED = "ended"
    IDLE = "idle"
    """The root between two turns: it has no process, and will have one again. How the last turn ended stands in it."""


_LIVE = (Phase.RUNNING, Phase.SPAWNING, Phase.STOPPING)


class Ending(StrEnum):
    """How an agent ended."""

    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"
    LOST = "lost"


class Fingerprint(Struct, frozen=True):
    """What changes when progress.md changes. inode, size in bytes, mtime in nanoseconds, hash of the tail."""

    inode: int
    size: int
    mtime_ns: int
    tail: str


class Observed(Struct, frozen=True):
    """What the engine saw of an agent's progress and outputs, and when; kept in the ledger over restarts.

    All times are awake seconds of the ledger's epoch.
    """

    progress: Fingerprint | None = None
    changed: float = 0.0
    """When the content of progress.md was last seen to change (or the spawn, where it never has)."""
    outputs: int = 0
    """Files that match the spec's outputs and changed since the spawn."""
    outputs_key: str = ""
    """Hash over their names, sizes and mtimes."""
    outputs_changed: float = 0.0
    """When `outputs_key` last changed."""
    seen: float = 0.0
    """When this observation was made."""
    paused: float = 0.0
    """The record's `paused_total` when `changed` was set: earlier pauses do not make this silence younger."""


class Record(Struct, frozen=True):
    """One agent in the ledger."""

    id: str
    spawn_id: str
    phase: Phase
    role: str = "worker"
    parent: str | None = None
    slots: int = 1
    """The budget it commits: itself and everything below it."""
    reserve: bool = False
    """It was let into the reserve."""
    program: str = "command"
    requested_by: str = "operator"
    spawned: float = 0.0
    """Awake seconds at the spawn."""
    spawned_at: float = 0.0
    """Wall seconds at the spawn."""
    process: Identity | None = None
    """The program."""
    keeper: Identity | None = None
    """Its keeper."""
    observed: Observed = Observed()
    investigated: float | None = None
    """`observed.changed` of the silence that was investigated: once per silence."""
    investigations: int = 0
    held_until: int | None = None
    """No automatic kill before this heartbeat number has passed."""
    held_why: str = ""
    paused: float | None = None
    """Awake seconds since which it is paused."""
    paused_total: float = 0.0
    """Awake seconds it was paused before; they do not age."""
    ending: Ending | None = None
    why: str = ""
    ended_by: str = ""
    ended: float | None = None
    """Awake seconds at the end."""
    ended_at: float | None = None
    """Wall seconds at the end."""
    exit_code: int | None = None
    """Exit code, negative for a signal; None while unknown."""
    unverified: str = ""
    """What could not be excluded when it was stopped; while set, it holds its slot."""
    outside: str = ""
    """Of an ended agent that is held to a scope: what changed outside of that while it ran, in words."""
    collected_n: int | None = None
    """Heartbeat number at which its results were collected."""
    read_at: float | None = None
    """Wall seconds at which its results were read."""
    read_by: str = ""
    invalid_since_n: int | None = None
    """Heartbeat number that first saw an invalid results.json."""
    respawn_of: str = ""
    owns: tuple[str, ...] = ()
    """The spec's, so that two spawns in the same instant cannot own overlapping paths."""
    starter: Identity | None = None
    """The process that carries out its spawn, while SPAWNING."""
    stopper: Identity | None = None
    """The process that carries out its end, while STOPPING."""
    taken_over: str = ""
    """Who talks to it in a terminal at this moment, in place of its headless run; '' where nobody does."""
    taken_at: float | None = None
    """Awake seconds since which it is taken over; that time does not age."""
    tokens: tuple[int, int, int, int] | None = None
    """Of an ended agent: input, output, read from and written to the cache; None where they are unknown."""
    cost_usd: float | None = None
    """Of an ended agent; None where it is unknown."""
    checked_n: int | None = None
    """Heartbeat number that ran its acceptance checks; None where none has."""
    acceptance: tuple[tuple[str, bool], ...] = ()
    """What those checks said: (text, passed)."""
    extra: Mapping[str, Any] = {}
    """Keys of a newer version: they survive."""

    @property
    def ref(self) -> Ref:
        """The name of this spawn."""
        return Ref(self.id, self.spawn_id)

    @property
    def live(self) -> bool:
        """It runs, or is about to, or could not be proved dead."""
        return self.phase in _LIVE

    @property
    def holds_slot(self) -> bool:
        """From the reservation until collection, verified kill or failure (protocol.md, Slots)."""
        return self.live or bool(self.unverified)


class Alert(Struct, frozen=True):
    """Something a person should know; one per (agent, cause), counted when it comes again."""

    agent: str
    """'' for the swarm itself."""
    cause: AlertCause
    text: str
    spawn_id: str = ""
    first_at: float = 0.0
    """Wall seconds."""
    last_at: float = 0.0
    count: int = 1
    acked_at: float | None = None
    acked_by: str = ""
    extra: Mapping[str, Any] = {}
    """Keys of a newer version: they survive."""

    @property
    def ref(self) -> Ref:
        """The spawn that it is about."""
        return Ref(self.agent, self.spawn_id)

    @property
    def key(self) -> str:
        return f"{self.agent}\n{self.spawn_id}\n{self.cause}"


class Holder(Struct, frozen=True):
    """Who runs or owns the heartbeat."""

    by: str
    """`control room`, `run`, `heartbeat` with host and pid, for people."""
    process: Identity
    since: float
    """Wall seconds."""
    next_at: float | None = None
    """Wall seconds of the next automatic beat, where it is an owner; for people."""
    period_s: float = 0.0
    due: float | None = None
    """Awake seconds of the next automatic beat, where it is an owner: what is decided on."""


class Beat(Struct, frozen=True):
    """heartbeats.jsonl: one record a heartbeat (protocol.md, A heartbeat)."""

    n: int
    at: str
    by: str
    took_ms: int
    counts: Mapping[str, int]
    slots: Mapping[str, int]
    actions: tuple[Performed, ...] = ()
    alerts: tuple[str, ...] = ()
    acceptance: Mapping[str, int] = {}
    passed: bool = True
    gap: str = ""
    """The hole in time that this heartbeat found, for people; '' where there was none."""
    tokens: int | None = None
    """What all agents ever have used up so far; None in records of older versions."""
    cost_usd: float | None = None
    """The same in dollars, as far as prices are known."""


class Mark(Struct, frozen=True):
    """What the swarm had used up at one moment."""

    at: float
    """Wall seconds."""
    awake: float
    """Awake seconds."""
    tokens: int
    cost_usd: float


class Account(Struct, frozen=True):
    """What was used up by agents that the ledger has let go of, and the swarm's totals over the last day."""

    tokens: int = 0
    cost_usd: float = 0.0
    marks: tuple[Mark, ...] = ()
    """Oldest first, about one an hour; the first is a day old or more, where the swarm is."""
