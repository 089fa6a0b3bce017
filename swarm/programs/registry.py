"""What is run: one program a kind of agent, behind one protocol."""

from swarm.config.policy import Policy
from swarm.errors import Code, Refused
from swarm.programs.base import Program
from swarm.programs.command import Command

COMMAND = Command.kind
"""Runs what a spawn, or swarm.toml, says in so many words."""
CODING = ("claude", "codex", "gemini", "opencode")
"""Coding agents that are known by name."""
BUILT_IN = (COMMAND, *CODING)


def names(policy: Policy) -> list[str]:
    """The programs that a spawn can name: built in, or defined in swarm.toml."""
    return sorted({*BUILT_IN, *policy.programs})


def program_for(name: str, policy: Policy) -> Program:
    """The program of this name: built in, or defined in swarm.toml by `kind`; raises Refused `program`."""
    settings = policy.programs.get(name)
    kind = (settings.kind if settings else "") or name
    if kind == COMMAND:
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
    raise Refused(
        Code.PROGRAM,
        f"There is no program {name!r}.",
        f"There are: {', '.join(names(policy))}.",
        f'Define it in swarm.toml:  [programs.{name}]  kind = "command"  argv = ["..."]',
    )
