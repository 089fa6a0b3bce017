"""What a program says it is doing, in one language for all programs: activities, and what they add up to."""

from enum import StrEnum
from typing import NamedTuple, Protocol

from msgspec import Struct

from swarm.model.service import Trouble

IN_PLACE = "answers in place of"
"""How it is said that another model than the ordered one answers."""


class Kind(StrEnum):
    """What kind of thing happened."""

    RUN = "run"
    """A process of the program began: a first start, or a resumed session."""
    STARTED = "started"
    """The program said that it is ready: session, model."""
    TOOL_OPEN = "tool open"
    TOOL_CLOSED = "tool closed"
    TEXT = "text"
    DELIVERED = "told"
    """Words that reached the agent: its brief, a message (then `key` is the message's id)."""
    RETRYING = "retrying"
    WAITING = "waiting for the model"
    SUBAGENT_STARTED = "sub-agent started"
    SUBAGENT_PROGRESS = "sub-agent progress"
    SUBAGENT_ENDED = "sub-agent ended"
    BACKGROUND = "background"
    """How much goes on beside its turns and is no sub-agent (`count`): shells, monitors. Their end begins a turn."""
    USAGE = "usage"
    TURN_ENDED = "turn ended"
    DENIED = "denied"
    MODEL_CHANGED = "model changed"
    MCP_SERVER = "MCP server"
    """A server that gives the agent tools: whether it is connected."""
    NOTE = "note"
    """Anything else that a person may want to read: a compaction, an error."""


class Tokens(Struct, frozen=True):
    """Tokens of the model service. `input` leaves out what came from or went into its cache."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
        )

    def __sub__(self, other: "Tokens") -> "Tokens":
        """What came on top of `other`; no part is below nothing."""
        return Tokens(
            max(0, self.input - other.input),
            max(0, self.output - other.output),
            max(0, self.cache_read - other.cache_read),
            max(0, self.cache_write - other.cache_write),
        )


class Activity(Struct, frozen=True):
    """One thing that happened. Every text has passed `untrusted`: the readers see to it."""

    kind: Kind
    text: str = ""
    """What a person reads; several lines for TEXT and for a tool's output."""
    key: str = ""
    """Which tool call, sub-agent, message or session it is."""
    tool: str = ""
    parent: str = ""
    """The tool call of whose sub-agent this is; '' for the agent itself. Of a sub-agent's own start, progress and end:
    the key of the sub-agent above it."""
    error: bool = False
    at: float | None = None
    """Wall seconds, where the program says when."""
    model: str = ""
    count: int = 0
    """RETRYING: the attempt. TOOL_CLOSED: lines of its output. Sub-agents: their tokens so far.
    BACKGROUND: how many."""
    limit: int = 0
    """RETRYING: how many attempts it will make."""
    depth: int = 0
    """Sub-agents and what they do: 1 for the agent's own, 2 for theirs; 0 for the agent itself, or where a sub-agent's
    is not known."""
    counts: bool = True
    """Whether it is a sign of life: retries and mere status lines are none."""
    tokens: Tokens | None = None
    """USAGE: of the whole stream so far, all runs together, sub-agents included where the program says so."""
    cost_usd: float | None = None
    """USAGE: of the whole stream so far; None where no price is known."""
    unpriced: bool = False
    """USAGE: tokens were used at no known price, and `cost_usd` leaves them out."""
    context: int | None = None
    """USAGE: tokens in the model's context now."""
    context_limit: int | None = None
    trouble: Trouble | None = None
    """TURN_ENDED: why the turn failed, where the program ascribes that to its service."""
    until: float | None = None
    """TURN_ENDED: wall seconds at which the service says that it will be over."""
    digest: int = 0
    """TOOL_OPEN: a hash of all that the tool is called with; 0 where `text` says all."""


class Reader(Protocol):
    """Reads one program's output, line by line. Holds what it needs to add up; never raises on any line."""

    def feed(self, line: bytes) -> list[Activity]:
        """What this line (without its newline) says; nothing for what is not known."""
        ...


class OpenTool(Struct, frozen=True):
    """A tool call that has not returned."""

    key: str
    tool: str
    text: str
    since: float
    """Wall seconds."""
    parent: str = ""
    digest: int = 0
    """A hash of all that it is called with; 0 where `text` says all."""


class SubAgent(Struct, frozen=True):
    """A live sub-agent of the program's own."""

    key: str
    description: str
    kind: str = ""
    depth: int = 1
    """1 for the agent's own, 2 for theirs; 0 where it is not known (then it is 3 or more)."""
    since: float = 0.0
    """Wall seconds."""
    tokens: int = 0
    doing: str = ""
    parent: str = ""
    """The key of the sub-agent above it; '' for the agent's own."""


class Calls(Struct, frozen=True):
    """What an agent's tool calls lead to. Those that only report, plan or wait for a message are left out."""

    repeated: int = 0
    """Calls in a row that were made before, with the result that they had before."""
    repeated_text: str = ""
    """The last of them."""
    failed: int = 0
    """Calls in a row that failed."""
    failed_text: str = ""
    reads: int = 0
    """Calls in a row that only read."""
    wrote_at: float = 0.0
    """Wall seconds of the last call that wrote something new into a file; 0.0 before the first."""
    learned_at: float = 0.0
    """Wall seconds of the last result that was not seen before; 0.0 before the first."""
    recent: tuple[int, ...] = ()
    """Hashes of the last different calls with their results, oldest first; a bounded number of them."""


class TurnEnd(Struct, frozen=True):
    """How the last turn ended."""

    ok: bool
    why: str = ""
    trouble: Trouble | None = None
    """What its program ascribes a failed turn to, where that is its service."""
    until: float | None = None
    """Wall seconds at which the service says that the trouble will be over."""


class Note(NamedTuple):
    """What a person should look at: a model that is not the ordered one, a server that failed, an error."""

    kind: Kind
    text: str


class ActivityState(Struct, frozen=True):
    """What a stream of activities adds up to. Compared by value."""

    session: str = ""
    model: str = ""
    ordered_model: str = ""
    runs: int = 0
    open_tools: tuple[OpenTool, ...] = ()
    last_text: str = ""
    retrying: str = ""
    """What it last said of a model service that refuses; '' where it works."""
    retries: int = 0
    retries_limit: int = 0
    retried_at: float = 0.0
    """Wall seconds at which it last said that it tries again; 0.0 before the first time."""
    last_at: float = 0.0
    """Wall seconds of the last sign of life; 0.0 before the first."""
    spoke: bool = False
    """Its program has said something in this run."""
    answered: bool = False
    """The model has said or done something in this run: its service answered."""
    in_turn: bool = False
    """It works, or waits for its model: not between two turns."""
    turns: int = 0
    turn_end: TurnEnd | None = None
    """How the last turn ended; None before that, and while a new one is under way."""
    subagents: tuple[SubAgent, ...] = ()
    background: int = 0
    """Shells and the like that go on beside its turns."""
    tokens: Tokens | None = None
    cost_usd: float | None = None
    unpriced: bool = False
    """It used tokens at no known price, and `cost_usd` leaves them out."""
    context: int | None = None
    context_limit: int | None = None
    denied: tuple[str, ...] = ()
    """The last refused tool calls, oldest first, 20 at most."""
    denials: int = 0
    delivered: tuple[tuple[str, float], ...] = ()
    """(message id, wall seconds) of the last messages that reached it, 20 at most."""
    notes: tuple[Note, ...] = ()
    """What a person should look at, oldest first; 8 at most."""
    untold: bool = False
    """It was talked to in a terminal, and what was used there is not known: its figures leave that out."""
    calls: Calls = Calls()
    """What its tool calls lead to."""
    handed: tuple[str, ...] = ()
    """What it may have left with others that outlives it, by name: `at jobs`, `containers`."""
