"""An agent as its files and processes show it: spec, identity, exit, usage."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from swarm.model.bounds import ExitCode, HandedOn, NonEmpty, Pid, Seconds, SlotCount, Strings, Text, Texts, Whole
from swarm.model.open_enum import OpenEnum
from swarm.model.repository import Worktree

SCHEMA = 1


class Acceptance(Struct, frozen=True):
    """An outcome that the agent is to bring about; `check` is a command whose exit 0 means passed."""

    text: HandedOn
    check: str | None = None


class Scope(OpenEnum):
    """What a role is for."""

    NONE = ""
    """A spec from before roles had one."""
    ORCHESTRATE = "orchestrate"
    WORK = "work"
    SCOUT = "scout"
    OBSERVE = "observe"
    """It only looks: it owns nothing but its own directory."""


class AgentSpec(Struct, frozen=True, gc=False):
    """agent.json: written once at spawn (protocol.md, The spec). Paths are relative to the home."""

    id: NonEmpty
    name: Text
    role: NonEmpty
    parent: Text | None
    spawn_id: NonEmpty
    task: HandedOn
    """Letter by letter, like the outcomes: clean it before it is shown."""
    slots: SlotCount = 1
    subagents: Whole = 0
    """Sub-agents of its program's own that it may have at once, within its slots."""
    inputs: Strings = ()
    outputs: Strings = ()
    """Globs, relative to the agent's working directory, of files that count as outputs."""
    outputs_since: Seconds = 0.0
    """Wall seconds of the spawn in which its session began, where that was an earlier one: they count from then on."""
    owns: Strings = ()
    acceptance: Annotated[tuple[Acceptance, ...], Meta(max_length=1000)] = ()
    program: Text = "command"
    model: Text = ""
    argv: Strings = ()
    """The command after `--`; empty where the program makes its own."""
    cwd: Text = ""
    """Working directory, relative to the home or absolute; '' is the agent's own directory."""
    worktree: Worktree | None = None
    """The worktree of a repository that is its own."""
    env: Mapping[str, str] = {}
    scope: Scope = Scope.NONE
    role_texts: Mapping[str, str] = {}
    """The hash of the shared rules and of its role as they were at its spawn, by their paths in the home."""
    created_at: Text = ""
    created_by: Text = "operator"
    schema: int = SCHEMA

    @property
    def observes(self) -> bool:
        """Whether it only looks."""
        return self.scope is Scope.OBSERVE

    @property
    def has_write_scope(self) -> bool:
        """Whether it may write only in some places: those that it owns, or its own directory."""
        return bool(self.owns) or self.observes


class Identity(Struct, frozen=True):
    """What proves that a process is the one we started (protocol.md, Processes). A pid alone proves nothing."""

    boot_id: Annotated[str, Meta(min_length=1)]
    pid_ns: Whole
    pid: Pid
    ticks: Whole
    """Start time in kernel ticks since boot (macOS: microseconds since 1970)."""
    marker: Text
    """The spawn id, as SWARM_SPAWN in the process's environment; '' where it has none."""


class Liveness(StrEnum):
    """What a look at an identity said."""

    ALIVE = "alive"
    DEAD = "dead"
    STRANGER = "stranger"
    """The pid is another process's now."""
    ELSEWHERE = "elsewhere"
    """Another pid namespace: cannot be known from here."""


class FoundProcess(Struct, frozen=True):
    """One process that was found beside the program."""

    pid: Pid
    command: Text = ""
    """Its command line, raw and bounded: clean it before it is shown."""
    how: Text = ""
    """`TERM` or `KILL`: what ended it; or why it is still there."""


class Exit(Struct, frozen=True, gc=False):
    """exit.json, by the keeper: how the process ended."""

    spawn_id: Text
    code: ExitCode | None
    """Exit code; negative for the signal that ended it; None where it could not be known."""
    at: Seconds
    """Wall seconds."""
    stopped: bool = False
    """The keeper was ordered to stop it."""
    found: tuple[FoundProcess, ...] = ()
    """What the sweep found and ended."""
    left: tuple[FoundProcess, ...] = ()
    error: Text = ""
    """Why the program could not be started."""
    steps: Texts = ()
    """The rungs of the ladder that the keeper took, in order."""
    subreaper: bool = True
    """Everything that it started stayed below the keeper until it was gone."""


class Usage(Struct, frozen=True):
    """What an agent's processes use, together."""

    pid: int | None
    processes: int
    cpu_percent: float
    rss_bytes: int
