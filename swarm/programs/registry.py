"""The programs that agents run, by name: how each is started, and how its output is read."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from swarm.config.policy import Policy
from swarm.errors import Code, Refused
from swarm.model.activity import Reader
from swarm.platform import TELLS_OPEN_FILES

if TYPE_CHECKING:
    from swarm.programs.base import Program
    from swarm.programs.prices import Prices

COMMAND = "command"
"""Runs what a spawn, or swarm.toml, says in so many words."""
CODING = ("claude", "codex", "gemini", "opencode")
"""Coding agents that are known by name."""
BUILT_IN = (COMMAND, *CODING)
LISTING = frozenset({"claude", "codex"} if TELLS_OPEN_FILES else {"claude"})
"""Kinds of which it can be told which sessions run; of others no listing tells, or only which there have been."""


def names(policy: Policy) -> list[str]:
    """The programs that a spawn can name: built in, or defined in swarm.toml."""
    return sorted({*BUILT_IN, *policy.programs})


def kind_of(name: str, policy: Policy) -> str:
    """What kind a program of this name is: as swarm.toml says, else its own name."""
    settings = policy.programs.get(name)
    return (settings.kind if settings else "") or name


def keeps_listing(name: str, policy: Policy) -> bool:
    """Whether it can be told which sessions of a program of this name run."""
    return kind_of(name, policy) in LISTING


def program_for(name: str, policy: Policy, environment: Mapping[str, str] | None = None) -> "Program":
    """The program of this name: built in, or defined in swarm.toml by `kind`; raises Refused `program`.

    environment: what its agents inherit; None for that of this process.
    """
    settings = policy.programs.get(name)
    kind = kind_of(name, policy)
    if kind == COMMAND:
        from swarm.programs.command import Command

        return Command(name, settings, environment)
    if kind == "claude":
        from swarm.programs.claude.program import Claude

        return Claude(name, settings, environment)
    if kind == "codex":
        from swarm.programs.codex.program import Codex

        return Codex(name, settings, environment)
    if kind == "gemini":
        from swarm.programs.gemini.program import Gemini

        return Gemini(name, settings, environment)
    if kind == "opencode":
        from swarm.programs.opencode.program import OpenCode

        return OpenCode(name, settings, environment)
    raise Refused(
        Code.PROGRAM,
        f"There is no program {name!r}.",
        f"There are: {', '.join(names(policy))}.",
        f'Define it in swarm.toml:  [programs.{name}]  kind = "command"  argv = ["..."]',
    )


NewReader = Callable[[], Reader]


def new_reader_for(name: str, policy: Policy) -> NewReader | None:
    """What makes readers for the output of a program of this name; None where it is plain text, or no such program is.

    A program of the kind `command` has one where swarm.toml says in whose `format` it writes.
    """
    settings = policy.programs.get(name)
    kind = kind_of(name, policy)
    language = settings.format if settings and kind == COMMAND else kind
    if language not in CODING:
        return None
    from swarm.programs.prices import Prices

    return new_reader_of(language, Prices(policy.prices))


def new_reader_of(language: str, prices: "Prices") -> NewReader | None:
    """What makes readers for one program's language; None where it is none of those that are known."""
    from swarm.programs.prices import PricedReader

    if language == "claude":
        from swarm.programs.claude.stream import ClaudeReader

        return lambda: ClaudeReader(prices)
    if language == "codex":
        from swarm.programs.codex.stream import CodexReader

        return lambda: PricedReader(CodexReader(), prices)
    if language == "gemini":
        from swarm.programs.gemini.stream import GeminiReader

        return lambda: PricedReader(GeminiReader(), prices)
    if language == "opencode":
        from swarm.programs.opencode.stream import OpenCodeReader

        return lambda: PricedReader(OpenCodeReader(), prices)
    return None
