"""What a scripted model does: its turns, and what it may look at before it decides on one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Figures of one answer, as the service states them. `input` leaves out what came from its cache."""

    input: int = 100
    output: int = 10
    cache_read: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Say:
    """A piece of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call. The names `shell` and `write` stand for what the program at hand calls them."""

    tool: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the model. before: called (and waited for) before the first byte goes out."""

    blocks: tuple[Say | Call, ...]
    usage: Usage = field(default_factory=Usage)
    before: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answers with this HTTP status, `times` times at this point of the talk (None: always), then with `then`."""

    status: int
    times: int | None = None
    then: "Answer | None" = None
    retry_after: int | None = None
    """Seconds, as the header says."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What else the answer says of itself."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Takes the request and never answers, `times` times (None: always), then answers with `then`."""

    times: int | None = None
    then: "Answer | None" = None


@dataclass(frozen=True, slots=True)
class Stall:
    """Begins a streamed answer with this text and says no more; asked without streaming, it answers with `then`."""

    text: str = "I am"
    then: "Answer | None" = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Begins a streamed answer with this text and cuts the connection; asked without streaming, answers with `then`."""

    text: str = "I am"
    then: "Answer | None" = None


Answer = Turn | Refuse | Hang | Stall | Drop


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool call returned to the model."""

    key: str
    text: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A request, as a script looks at it."""

    api: str
    """`anthropic`, `responses` or `gemini`."""
    scenario: str
    model: str
    system: str
    users: tuple[str, ...]
    """The texts of all user messages, in order, without tool results and without what the program adds to them."""
    reminders: tuple[str, ...]
    """What Claude Code puts into user messages by itself: hooks' words, CLAUDE.md files, skills."""
    results: tuple[Result, ...]
    """All tool results of the conversation, in order."""
    turns: int
    """Answers of the model that the conversation holds already."""
    tools: tuple[str, ...]
    """Names of the offered tools; none in side requests such as titles."""
    stream: bool
    body: Mapping[str, Any] = field(repr=False)

    @property
    def prompt(self) -> str:
        """The first user message: which agent it is."""
        return self.users[0] if self.users else ""

    @property
    def user(self) -> str:
        """The last user message."""
        return self.users[-1] if self.users else ""

    @property
    def result(self) -> Result | None:
        """The last tool result."""
        return self.results[-1] if self.results else None

    @property
    def everything(self) -> str:
        """Every text of the request in one: for what must, or must never, be in it."""
        return "\n".join([self.system, *self.users, *self.reminders, *(each.text for each in self.results)])


Script = Sequence[Answer] | Callable[[Seen], Answer]


def say(text: str, usage: Usage | None = None) -> Turn:
    """Says something and ends the turn."""
    return Turn((Say(text),), usage or Usage())


def call(tool: str, *, usage: Usage | None = None, **given: Any) -> Turn:
    """Calls one tool with this input."""
    return Turn((Call(tool, given),), usage or Usage())


def calls(*each: Call, usage: Usage | None = None) -> Turn:
    """Calls several tools at once."""
    return Turn(each, usage or Usage())


def shell(command: str, usage: Usage | None = None) -> Turn:
    """Runs a command in the shell tool of whichever program asks."""
    return Turn((Call("shell", {"command": command}),), usage or Usage())


def write(path: object, text: str, usage: Usage | None = None) -> Turn:
    """Writes a file by the file tool of whichever program asks."""
    return Turn((Call("write", {"path": str(path), "text": text}),), usage or Usage())


def agent(prompt: str, description: str = "a helper", *, background: bool = False) -> Turn:
    """Starts a sub-agent of Claude Code's own."""
    given = {"description": description, "prompt": prompt, "subagent_type": "general-purpose"}
    return Turn((Call("Agent", {**given, "run_in_background": True} if background else given),))


def step(script: Script, seen: Seen) -> Answer:
    """The answer of this script at this point of the conversation: a list goes by turns, its last one repeats."""
    if callable(script):
        return script(seen)
    return script[min(seen.turns, len(script) - 1)]


def by_word(scripts: Mapping[str, Script], default: Script | None = None) -> Callable[[Seen], Answer]:
    """One script for each agent: the first whose word stands in the conversation's first user message."""

    def choose(seen: Seen) -> Answer:
        for word, script in scripts.items():
            if word in seen.prompt:
                return step(script, seen)
        if default is not None:
            return step(default, seen)
        raise AssertionError(f"no script for the agent whose prompt begins: {seen.prompt[:300]!r}")

    return choose
