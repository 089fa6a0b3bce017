"""What is run: one program a kind of agent, behind one protocol."""

from swarm.config import Policy
from swarm.errors import Refused
from swarm.model.activity import Reader
from swarm.programs.base import Program

CODING = ("claude", "codex", "gemini", "opencode")
"""Coding agents that are known by name."""
HOLDS = frozenset(CODING)
"""Kinds of programs that hold an agent to its scope, whatever it tries."""


def program_for(name: str, policy: Policy) -> Program:
    """The program of this name: built in, or defined in swarm.toml by `kind`; raises Refused `program`."""
    from swarm.programs.command import Command  # imports this package for Launch

    settings = policy.programs.get(name)
    kind = (settings.kind if settings else "") or name
    if kind == "command":
        return Command(name, settings)
    if kind == "claude":
        from swarm.programs.claude.program import Claude

        return Claude(name, settings)
    if kind == "codex":
        from swarm.programs.codex.program import Codex

        return Codex(name, settings)
    if kind == "gemini":
        from swarm.programs.gemini.program import Gemini

        return Gemini(name, settings)
    if kind == "opencode":
        from swarm.programs.opencode.program import OpenCode

        return OpenCode(name, settings)
    defined = sorted({"command", *CODING, *policy.programs})
    raise Refused(
        "program",
        f"There is no program {name!r}.",
        f"There are: {', '.join(defined)}.",
        f'Define it in swarm.toml:  [programs.{name}]  kind = "command"  argv = ["..."]',
    )


def reader_for(name: str, policy: Policy) -> Reader | None:
    """A fresh reader for the output of a program of this name; None where it is plain text, or where there is none.

    A program of the kind `command` has one where swarm.toml says in whose `format` it writes.
    """
    settings = policy.programs.get(name)
    kind = (settings.kind if settings else "") or name
    return reader_of(settings.format if settings and kind == "command" else kind)


def reader_of(language: str) -> Reader | None:
    """A fresh reader for one program's language; None where it is none of those that are known."""
    if language == "claude":
        from swarm.programs.claude.stream import ClaudeReader

        return ClaudeReader()
    if language == "codex":
        from swarm.programs.codex.stream import CodexReader

        return CodexReader()
    if language == "gemini":
        from swarm.programs.gemini.stream import GeminiReader

        return GeminiReader()
    if language == "opencode":
        from swarm.programs.opencode.stream import OpenCodeReader

        return OpenCodeReader()
    return None
