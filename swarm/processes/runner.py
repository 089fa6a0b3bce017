"""Where agents are run, behind one protocol: spawn, alive, stop, logs, cores, lost, and freeze and thaw."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from swarm.model.agent import FoundProcess, Identity, Liveness
from swarm.model.launch import Launch
from swarm.model.record import Record
from swarm.protocol.paths import AgentDir


class StopReport(NamedTuple):
    """What a stop did."""

    gone: bool
    """Two looks found nothing of it any more."""
    found: tuple[FoundProcess, ...] = ()
    """Processes beside the program that were ended with it."""
    left: tuple[FoundProcess, ...] = ()
    """What is still there."""
    unverified: str = ""
    """What cannot be excluded, in a sentence; while it is not empty the death is not proved."""
    steps: tuple[str, ...] = ()
    """The rungs of the ladder that were taken, in order."""
    exit_code: int | None = None
    """Of the program; negative for a signal; None where it is not known."""
    took_ms: int = 0
    strangers: tuple[int, ...] = ()
    """Recorded pids that belong to other processes now, of an agent without a reported end: not signalled; an alert."""


class Frozen(NamedTuple):
    """What a freeze or thaw did to one agent."""

    processes: tuple[int, ...]
    """Pids that were stopped, or let go on."""
    complete: bool
    """Two looks agreed that nothing of it is missing."""


class Started(NamedTuple):
    """Both processes of a running agent."""

    keeper: Identity
    program: Identity


class Life(NamedTuple):
    """What a look at the processes of an agent said."""

    liveness: Liveness
    """Of its keeper, or without one of its program."""
    unkept: bool = False
    """Its program lives, and its keeper is gone: its end will be found, not told."""


class Runner(Protocol):
    """A place that agents run in. One conformance suite holds for all."""

    def spawn(self, agent: AgentDir, launch: Launch) -> Started:
        """Starts the agent's keeper and program. Returns once the program runs.

        Raises SwarmError `start` with the reason; then nothing is left running.
        """
        ...

    def started(self, agent: AgentDir, spawn_id: str) -> Started | None:
        """What was started for this spawn, however its starter ended; None where nothing runs or ran."""
        ...

    def life(self, record: Record) -> Life:
        """Whether its keeper, or without one its program, lives, and whether a keeper that it had is gone."""
        ...

    def alive(self, record: Record) -> Liveness:
        """Whether its keeper, or without one its program, lives."""
        ...

    def stop(self, record: Record, agent: AgentDir, grace: float) -> StopReport:
        """Stops the agent's whole process tree. grace: seconds between asking and killing."""
        ...

    def freeze(self, records: Sequence[Record]) -> list[Frozen]:
        """Stops all processes of these agents where they are, in this order; their keepers go on."""
        ...

    def thaw(self, records: Sequence[Record]) -> list[Frozen]:
        """Lets them go on, in this order."""
        ...

    def logs(self, agent: AgentDir) -> Mapping[str, Path]:
        """Where its output is: `stdout` and `stderr`."""
        ...

    def cores(self) -> int:
        """How many processors its agents share."""
        ...

    def lost(self, record: Record) -> str:
        """Why this agent cannot be running any more (the machine was restarted), or ''."""
        ...
