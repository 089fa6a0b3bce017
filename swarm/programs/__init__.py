"""What is run: one program a kind of agent, behind one protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Protocol

from swarm.activity import Reader
from swarm.errors import Refused
from swarm.layout import AgentDir, Layout
from swarm.model import AgentSpec
from swarm.policy import Policy

CODING = ("claude", "codex", "gemini", "opencode")
"""Coding agents that are known by name."""
HOLDS = frozenset(CODING)
"""Kinds of programs that hold an agent to its scope, whatever it tries."""


@dataclass(frozen=True, slots=True)
class Launch:
    """Everything a runner needs to start one agent."""

    spawn_id: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """Set for this agent: SWARM_*, the policy's, the program's and the spec's own."""
    cwd: Path
    inherited: Mapping[str, str] = field(default_factory=dict)
    """The operator's environment below `env`. It may hold keys and passwords: handed on, never written down."""
    stdin: Path | None = None
    """A file that the program reads as its standard input; None for nothing."""
    channel: bool = False
    """Its standard input is a FIFO that the keeper holds open (`AgentDir.channel`): words reach it while it runs."""
    first: bytes = b""
    """What the keeper puts into the channel before anybody else can: what fits before the start, then the rest."""
    mark: bytes = b""
    """A line that the keeper puts into log/stdout before the start, so that readers know where a run begins."""
    session: str = ""
    """The program's session, where we chose it."""
    gentle_signal: int = SIGTERM
    """What asks the program to end; TERM to its group follows in any case."""
    gentle_group: bool = False
    """The gentle signal goes to the whole process group (for launchers that ignore it themselves)."""
    grace_s: float = 10.0
    """Seconds that its keeper grants when it is told to end by somebody who gives no order (a machine going down)."""
    files: Mapping[Path, bytes] = field(default_factory=dict)
    """Files that must be there before the start (settings, hooks), below the agent's `.run`."""
    warnings: tuple[str, ...] = ()
    """What whoever spawns it should know: how it is held less well than it could be."""

    def mode_of(self, path: Path) -> int:
        """The permissions of one of its files: the owner's alone, and a script is there to be run."""
        return 0o700 if self.files[path].startswith(b"#!") else 0o600

    @property
    def environment(self) -> dict[str, str]:
        """The program's whole environment. Ours comes first: there a look at the process finds the marker soonest."""
        return {**self.env, **{name: value for name, value in self.inherited.items() if name not in self.env}}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a program needs, or would be better with. For preflight and `doctor`."""

    name: str
    ok: bool
    text: str
    hint: str = ""
    required: bool = True
    """Without it agents of this program cannot be started; else they run with less."""


class Program(Protocol):
    """One kind of program."""

    name: str
    """As in swarm.toml and in specs."""
    kind: str
    """claude, codex, gemini, opencode or command."""
    start_cost_s: float
    """Processor seconds that a start takes: starts are staggered by it."""
    channel: bool
    """Words reach it while it runs."""

    def prepare(self, spec: AgentSpec, layout: Layout, agent: AgentDir, brief: str = "") -> Launch:
        """How this agent is started; raises Refused `program` where that cannot be told. brief: the text of task.md."""
        ...

    def resume(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str, words: str) -> Launch | None:
        """How a session that ended is taken up again, headless, with `words`; None where this program cannot."""
        ...

    def take_over(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str) -> Launch | None:
        """How a session goes on in a person's terminal; None where this program cannot."""
        ...

    def reader(self) -> Reader | None:
        """A fresh reader of its standard output; None where that is plain text."""
        ...

    def say(self, text: str, key: str = "") -> bytes:
        """What goes into the channel to tell the agent something; b'' without one. key: a message's id."""
        ...

    def stop_subagent(self, key: str) -> bytes:
        """What goes into the channel to end one sub-agent of its own; b'' where it cannot."""
        ...

    def ask_to_end(self) -> bytes:
        """What goes into the channel to make it stop what it does and end; b'' where it cannot."""
        ...

    def ask_what_it_costs(self) -> bytes:
        """What goes into the channel to make it say what it has cost so far; b'' where it cannot."""
        ...

    def needs(self) -> tuple[Need, ...]:
        """What is there of what it needs: found, version, logged in, sandbox helpers. Reads no credential."""
        ...


def program_for(name: str, policy: Policy) -> Program:
    """The program of this name: built in, or defined in swarm.toml by `kind`; raises Refused `program`."""
    from swarm.programs.command import Command  # imports this package for Launch

    settings = policy.programs.get(name)
    kind = (settings.kind if settings else "") or name
    if kind == "command":
        return Command(name, settings)
    if kind == "claude":
        from swarm.programs.claude import Claude

        return Claude(name, settings)
    if kind == "codex":
        from swarm.programs.codex import Codex

        return Codex(name, settings)
    if kind == "gemini":
        from swarm.programs.gemini import Gemini

        return Gemini(name, settings)
    if kind == "opencode":
        from swarm.programs.opencode import OpenCode

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
        from swarm.programs.codex_stream import CodexReader

        return CodexReader()
    if language == "gemini":
        from swarm.programs.gemini_stream import GeminiReader

        return GeminiReader()
    if language == "opencode":
        from swarm.programs.opencode_stream import OpenCodeReader

        return OpenCodeReader()
    return None
