"""The frozen values that pass between rooms: specs, records of the ledger, what a scan saw, verdicts, snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from swarm.activity import Doings, SubAgent, Tokens

SCHEMA = 1


class State(StrEnum):
    """The health of an agent (protocol.md, Health)."""

    STARTING = "starting"
    FRESH = "fresh"
    LATE = "late"
    INVESTIGATE = "investigate"
    OVERDUE = "overdue"
    LOOPING = "looping"
    RETRYING = "retrying"
    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"
    LOST = "lost"
    QUEUED = "queued"
    PAUSED = "paused"
    HELD = "held"
    IDLE = "idle"
    UNKNOWN = "unknown"


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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. The operator has neither id nor spawn id; `engine` is a heartbeat acting for the operator."""

    kind: str = "operator"
    """`operator`, `agent` or `engine`."""
    agent: str = ""
    spawn_id: str = ""

    def __str__(self) -> str:
        return self.agent if self.kind == "agent" else self.kind


OPERATOR = Actor()
ENGINE = Actor("engine")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An outcome that the agent is to bring about; `check` is a command whose exit 0 means passed."""

    text: str
    check: str | None = None


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """agent.json: written once at spawn (protocol.md, The spec). Paths are relative to the home."""

    id: str
    name: str
    role: str
    parent: str | None
    spawn_id: str
    task: str
    slots: int = 1
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """Globs, relative to the agent's working directory, of files that count as outputs."""
    owns: tuple[str, ...] = ()
    acceptance: tuple[Acceptance, ...] = ()
    program: str = "command"
    model: str = ""
    argv: tuple[str, ...] = ()
    """The command after `--`; empty where the program makes its own."""
    cwd: str = ""
    """Working directory, relative to the home; '' is the agent's own directory."""
    env: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    """`observe` where the role only looks: it owns nothing but its own directory."""
    created_at: str = ""
    created_by: str = "operator"
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Identity:
    """What proves that a process is the one we started (protocol.md, Processes). A pid alone proves nothing."""

    boot_id: str
    pid_ns: int
    pid: int
    ticks: int
    """Start time in kernel ticks since boot (macOS: microseconds since 1970)."""
    marker: str
    """The spawn id, as SWARM_SPAWN in the process's environment; '' where it has none."""


class Liveness(StrEnum):
    """What a look at an identity said."""

    ALIVE = "alive"
    DEAD = "dead"
    STRANGER = "stranger"
    """The pid is somebody else's now."""
    ELSEWHERE = "elsewhere"
    """Another pid namespace: cannot be told from here."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What changes when progress.md changes. inode, size in bytes, mtime in nanoseconds, hash of the tail."""

    inode: int
    size: int
    mtime_ns: int
    tail: str


@dataclass(frozen=True, slots=True)
class Observed:
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


@dataclass(frozen=True, slots=True)
class Record:
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
    observed: Observed = field(default_factory=Observed)
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
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys of a newer version: they survive."""

    @property
    def live(self) -> bool:
        """It runs, or is about to, or could not be proved dead."""
        return self.phase in _LIVE

    @property
    def holds_slot(self) -> bool:
        """From the reservation until collection, verified kill or failure (protocol.md, Slots)."""
        return self.live or bool(self.unverified)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should know; one per (agent, cause), counted when it comes again."""

    agent: str
    """'' for the swarm itself."""
    cause: str
    text: str
    spawn_id: str = ""
    first_at: float = 0.0
    """Wall seconds."""
    last_at: float = 0.0
    count: int = 1
    acked_at: float | None = None
    acked_by: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Keys of a newer version: they survive."""

    @property
    def key(self) -> str:
        return f"{self.agent}\n{self.spawn_id}\n{self.cause}"


@dataclass(frozen=True, slots=True)
class Holder:
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


@dataclass(frozen=True, slots=True)
class Beat:
    """heartbeats.jsonl: one record a heartbeat (protocol.md, A heartbeat)."""

    n: int
    at: str
    by: str
    took_ms: int
    counts: Mapping[str, int]
    slots: Mapping[str, int]
    actions: tuple[Mapping[str, str], ...] = ()
    alerts: tuple[str, ...] = ()
    acceptance: Mapping[str, int] = field(default_factory=dict)
    passed: bool = True
    gap: str = ""
    """The hole in time that this heartbeat found, for people; '' where there was none."""
    tokens: int | None = None
    """What all agents ever have used up so far; None in records of older versions."""
    cost_usd: float | None = None
    """The same in dollars, as far as prices are known."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the swarm had used up at one moment."""

    at: float
    """Wall seconds."""
    awake: float
    """Awake seconds."""
    tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Account:
    """What was used up by agents that the ledger has let go of, and the swarm's totals over the last day."""

    tokens: int = 0
    cost_usd: float = 0.0
    marks: tuple[Mark, ...] = ()
    """Oldest first, about one an hour; the first is a day old or more, where the swarm is."""


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One line of progress.md. Texts have passed `untrusted`."""

    stamp: float | None
    """Wall seconds that the line claims; None where it has no stamp."""
    stamp_text: str
    outputs: int | None
    sentence: str
    naive: bool = False
    """The stamp had no offset: it was read as local time."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The tail of a progress.md."""

    lines: tuple[ProgressLine, ...] = ()
    """The last lines, oldest first, 50 at most."""
    fingerprint: Fingerprint | None = None
    mtime: float | None = None
    """Wall seconds."""
    error: str = ""
    """Why it cannot be read; '' where it can, or where there is none yet."""

    @property
    def last(self) -> ProgressLine | None:
        return self.lines[-1] if self.lines else None


class ResultsState(StrEnum):
    ABSENT = "absent"
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Results:
    """results.json, validated (protocol.md). Texts have passed `untrusted`."""

    state: ResultsState = ResultsState.ABSENT
    status: str = "success"
    summary: str = ""
    outputs: tuple[str, ...] = ()
    acceptance: tuple[tuple[str, bool], ...] = ()
    finished_at: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    mtime: float | None = None
    why: str = ""
    """Why it is invalid."""


@dataclass(frozen=True, slots=True)
class Exit:
    """exit.json, by the keeper: how the process ended."""

    spawn_id: str
    code: int | None
    """Exit code; negative for the signal that ended it; None where it could not be known."""
    at: float
    """Wall seconds."""
    stopped: bool = False
    """The keeper was ordered to stop it."""
    found: tuple[Mapping[str, Any], ...] = ()
    """What the sweep found and ended: {pid, command, how}."""
    left: tuple[Mapping[str, Any], ...] = ()
    error: str = ""
    """Why the program could not be started."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an agent's processes use, together."""

    pid: int | None
    processes: int
    cpu_percent: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong that the scan saw.

    `code` is stable: `unreadable`, `misspelt`, `results-invalid`, `clock`, `over-budget`, `ghost`, `injection`, `link`,
    `twin`, `bad-name`, `spec-invalid`, `record-missing`, `directory-missing`, `future-mtime`, `stranger`, `outside`,
    `model` (another answers than was ordered), `mcp` (a server of its tools failed), `denied`, `program` (other notes).
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class AgentView:
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
    progress: Progress = field(default_factory=Progress)
    results: Results = field(default_factory=Results)
    exit: Exit | None = None
    observed: Observed = field(default_factory=Observed)
    """Fresher than the record's: what this process saw since."""
    changed_at: float | None = None
    """Wall seconds of the last update, for people; None where there was none."""
    liveness: Liveness | None = None
    """What the look at the keeper and program said; None where there is no identity to look at."""
    usage: Usage | None = None
    budget: int = 1
    used: int = 0
    """Slots held in the subtree, itself included."""
    children: int = 0
    problems: tuple[Problem, ...] = ()
    doings: Doings | None = None
    """What its program says it is doing; None where it does not tell."""
    tokens: Tokens | None = None
    """Its own, over all its runs; None where they are unknown."""
    cost_usd: float | None = None
    """Its own, over all its runs; None where the program names no price."""
    description: str = ""
    """What a sub-agent of a program's own is for."""
    inner: SubAgent | None = None
    """It is a sub-agent inside another agent's program, which has no process and no directory of its own."""
    heard: float | None = None
    """Awake seconds of its program's last sign of life, or word that it tries again; None where it does not tell."""
    unread: bool = False
    """Its program's output is not read to its end yet: what it does and has used up is not known."""

    @property
    def retrying(self) -> str:
        """What its program last said of a model service that refuses or does not answer; '' where it works."""
        return self.doings.retrying if self.doings is not None else ""

    @property
    def retries(self) -> int:
        """How often in a row it has tried."""
        return self.doings.retries if self.doings is not None else 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `health` says of an agent (protocol.md, Health)."""

    state: State
    why: str
    """The rule and the evidence, in one sentence."""
    next_state: State | None = None
    in_seconds: float | None = None
    age: float | None = None
    """Awake seconds since the last update."""
    kill_due: bool = False
    """The next heartbeat ends it, unless something changes."""
    kill_in: float | None = None
    """Awake seconds until it is due; None where no automatic kill is coming."""
    stale_results: bool = False
    """Its results have lain unread for as many heartbeats as the policy allows."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The slot budget of the whole swarm (protocol.md, Slots)."""

    max: int
    reserve: int
    committed: int
    used: int
    free: int
    """What a spawn without --use-reserve can still commit."""
    by_role: Mapping[str, int] = field(default_factory=dict)
    cells: tuple[tuple[str, str, bool], ...] = ()
    """One per committed slot: (top-level agent id, role, used)."""


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


@dataclass(frozen=True, slots=True)
class Pulse:
    """The swarm's view of itself: how old the picture is, how it was taken, what it could not do."""

    access: Access = Access.WRITABLE
    access_why: str = ""
    watching: str = "scan"
    """`events` with scans as the truth, or `scan` alone with the reason in `watching_why`."""
    watching_why: str = ""
    scanned_at: float = field(default=0.0, compare=False)
    scan_ms: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a surface shows, taken at once. Parents come before children."""

    generation: int = field(compare=False)
    home: str = ""
    agents: tuple[AgentView, ...] = ()
    slots: Slots = field(default_factory=lambda: Slots(12, 2, 0, 0, 10))
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
    owner: Holder | None = None
    """Who beats automatically in this home."""
    queue: tuple[str, ...] = ()
    """Ids waiting for a slot, in order."""
    account: Account = field(default_factory=Account)
    """What the ledger keeps of tokens and costs; `rates` tells what the swarm used up in which time."""
    tokens: int = 0
    """What all agents ever have used up."""
    cost_usd: float = 0.0
    """The same in dollars, as far as prices are known."""
    revision: int = 0
    pulse: Pulse = field(default_factory=Pulse, compare=False)
    root: str = "genesis-01"

    def agent(self, agent_id: str) -> AgentView | None:
        """The agent of this id, or None. Linear: keep an index where you ask often."""
        return next((view for view in self.agents if view.id == agent_id), None)


class Act(StrEnum):
    """What a heartbeat does."""

    INVESTIGATE = "investigate"
    KILL = "kill"
    COLLECT = "collect"
    FREE = "free"
    CHECK = "check"
    ALERT = "alert"
    SPAWN = "spawn"
    SCHEDULE = "schedule"
    SKIP = "skip"
    WAKE = "wake"


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan. `key` names it, so that a rehearsal can untick it."""

    act: Act
    agent: str
    spawn_id: str
    reason: str
    code: str = ""
    """The cause of an alert, the ending of a free, the role of a schedule, `limit` where a limit ends an agent."""
    subtree: tuple[str, ...] = ()
    """Who goes down with it."""

    @property
    def key(self) -> str:
        return f"{self.act}:{self.agent}:{self.code}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A heartbeat before it happens."""

    n: int
    actions: tuple[Action, ...]
    counts: Mapping[str, int]
    """Agents by state."""
    slots: Slots
    gap: str = ""
    """Not empty: time has a hole, so this heartbeat investigates and never kills."""
    gap_kind: str = ""
