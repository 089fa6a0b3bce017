"""What a verb is to those who call it: its words and its arguments. Light: the command line reads it at every call."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple


class ArgumentKind(Enum):
    """What an argument is."""

    TEXT = "text"
    WORDS = "words"
    """A text that a command line may give in several words."""
    NUMBER = "number"
    """A whole number."""
    DECIMAL = "decimal"
    SECONDS = "seconds"
    """A length of time: `90s`, `15m`, `2h` on a command line, a number of seconds as NAME_s elsewhere."""
    FLAG = "flag"
    FILE = "file"
    DIRECTORY = "directory"
    ROLE = "role"
    """The name of one of the home's roles."""
    PROGRAM = "program"
    """The name of a program that runs agents."""
    AGENT = "agent"
    """The id of an agent, or an end of it that no other id has. The three that follow are such, too."""
    LIVING = "living"
    """One that has not ended."""
    ENDED = "ended"
    GHOST = "ghost"
    """One that the ledger does not know."""
    FILTER = "filter"
    """The id of an agent, or a word of the filter that the control room's `/` takes."""
    ALERT = "alert"
    """`ID`, `ID:CAUSE` or `:CAUSE`."""


class Argument(NamedTuple):
    """One argument of a verb. `least` and `most` bound a number, `most` the length of a text too."""

    name: str
    """What the verb's function calls it."""
    help: str = ""
    """The words for people; '' where a command line does not take it."""
    flags: tuple[str, ...] = ()
    """The options that give it on a command line, `--like` this; without, its place does."""
    kind: ArgumentKind = ArgumentKind.TEXT
    metavar: str = ""
    required: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    default: str | int | float | None = None
    without: str | None = None
    """What an option means that is given without a value; None where it needs one."""
    least: float = 0
    most: float = float("inf")
    fields: "tuple[Argument, ...]" = ()
    """What one of many is made of where it is an object, as tools give it."""


def option(name: str, metavar: str, words: str, **more: Any) -> Argument:
    """An argument that a command line takes as `--name`, where `flags` says nothing else."""
    return Argument(name, words, **{"flags": (f"--{name}",), "metavar": metavar, **more})


def flag(name: str, words: str, *flags: str) -> Argument:
    """An argument that is there or not."""
    return Argument(name, words, flags or (f"--{name.replace('_', '-')}",), ArgumentKind.FLAG, default=False)


class Tool(NamedTuple):
    """A verb as a tool of agents' programs, in words for agents."""

    title: str
    about: str
    """What it does, and when an agent is to call it."""
    words: Mapping[str, str]
    """The words for agents on each argument that the tool takes."""
    required: tuple[str, ...] = ()
    """Arguments that agents must give, where people may leave them out."""


class Verb(NamedTuple):
    """One verb. Its example is what follows `swarm-tui`."""

    name: str
    help: str
    """What it does, in one line, for people: command line, palette, documents."""
    example: str
    arguments: tuple[Argument, ...] = ()
    tool: Tool | None = None
    command: bool = False
    """What follows `--` is a command of the caller's, and none of our arguments."""
    narrow: bool = False
    """A narrowly held agent's shell may call it too: it writes no file that its caller names."""
