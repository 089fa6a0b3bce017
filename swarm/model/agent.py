"""An agent as its files and processes show it: spec, identity, exit, usage."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from swarm.model.bounds import ExitCode, NonEmpty, Pid, Seconds, SlotCount, Strings, Text, Whole

SCHEMA = 1


class Acceptance(Struct, frozen=True):
    """An outcome that the agent is to bring about; `check` is a command whose exit 0 means passed."""

    text: Text
    check: str | None = None


class AgentSpec(Struct, frozen=True):
    """agent.json: written once at spawn (protocol.md, The spec). Paths are relative to the home."""

    id: NonEmpty
    name: Text
    role: NonEmpty
    parent: Text | None
    spawn_id: NonEmpty
    task: Text
    slots: SlotCount = 1
    inputs: Strings = ()
    outputs: Strings = ()
    """Globs, relative to the agent's working directory, of files that count as outputs."""
    owns: Strings = ()
    acceptance: Annotated[tuple[Acceptance, ...], Meta(max_length=1000)] = ()
    program: Text = "command"
    model: Text = ""
    argv: Strings = ()
    """The command after `--`; empty where the program makes its own."""
    cwd: Text = ""
    """Working directory, relative to the home; '' is the agent's own directory."""
    env: Mapping[str, str] = {}
    scope: Text = ""
    """`observe` where the role only looks: it owns nothing but its own directory."""
    created_at: Text = ""
    created_by: Text = "operator"
    schema: int = SCHEMA


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


class Exit(Struct, frozen=True):
    """exit.json, by the keeper: how the process ended."""

    spawn_id: Text
    code: ExitCode | None
    """Exit code; negative for the signal that ended it; None where it could not be known."""
    at: Seconds
    """Wall seconds."""
    stopped: bool = False
    """The keeper was ordered to stop it."""
    found: tuple[Mapping[str, Any], ...] = ()
    """What the sweep found and ended: {pid, command, how}."""
    left: tuple[Mapping[str, Any], ...] = ()
    error: Text = ""
    """Why the program could not be started."""


class Usage(Struct, frozen=True):
    """What an agent's processes use, together."""

    pid: int | None
    processes: int
    cpu_percent: float
    rss_bytes: int
