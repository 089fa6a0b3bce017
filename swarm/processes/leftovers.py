"""What an agent may have left through others: processes that a service started for it.

A service that was there before (a terminal multiplexer, a container engine, a scheduler, a daemon of the program's own)
starts them as its own children, without the agent's marker. Where the program's own listing says that the agent's
session asked for one, it is the agent's, and is ended. Where it only works in the agent's directory it is named and
never signalled: the operator's own editor may work there too. What runs under the operator's own terminal, or under
what we ourselves run under, is the operator's.
"""

import os
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from signal import SIGTERM
from typing import NamedTuple

from swarm import platform
from swarm.model.agent import Identity, Liveness
from swarm.model.record import Record
from swarm.platform.process_info import Stat
from swarm.processes.identity import identify, look, send, untouchable
from swarm.processes.members import below, marker_of
from swarm.processes.stop import Sweep, sweep
from swarm.protocol.find import is_agent

SWEEP_S = 5.0
ASKED_S = 5.0
"""Seconds that a program has to leave its terminal clean, or its daemon to end it."""
SLACK_S = 1.0
"""Seconds by which the start of a process, as the wall clock tells it, may seem earlier than it was."""


class Suspect(NamedTuple):
    """A process that works in an agent's directory and that nothing ties to the agent."""

    process: Identity
    command: str
    """Raw and bounded: clean it before it is shown."""
    on_terminal: bool
    """A terminal controls it or what started it: the operator's own, or one that a multiplexer keeps."""


def end_listed(listed: Collection[Identity], marker: str) -> Sweep:
    """Ends these processes and all below them, whose identity and owner the caller has from the program's listing.

    marker: the agent's; what carries another one is left alone.
    """

    def there() -> list[Stat]:
        never = untouchable()
        known = [each for each in listed if each.pid not in never and look(each) is Liveness.ALIVE]
        heads = [stat for stat in (platform.stat(each.pid) for each in known) if stat is not None]
        inner = [stat for stat in below([stat.pid for stat in heads], marker) if stat.pid not in never]
        return list({stat.pid: stat for stat in (*heads, *inner)}.values())

    return sweep(there, seconds=SWEEP_S)


def ask(listed: Collection[Identity]) -> None:
    """Asks these processes to end."""
    for each in listed:
        send(each, SIGTERM)


def wait_gone(listed: Collection[Identity]) -> None:
    """Gives these processes, which were asked to end, a moment for it.

    A daemon that finds its session killed in the middle of that takes it for a crash, and starts it again.
    """
    deadline = time.monotonic() + ASKED_S
    for each in listed:
        platform.wait_gone(each.pid, each.ticks, max(0.0, deadline - time.monotonic()))


def suspects(record: Record, directories: Iterable[Path]) -> list[Suspect]:
    """The processes that may be of this agent, as they work in one of its directories and began after its spawn.

    Left out is what carries the marker of any agent, what belongs to another user, what works in the directory of an
    agent further down, and what was started by a terminal that we ourselves run in, or by what runs us.
    """
    own = [os.path.realpath(each) for each in directories]
    ours = _what_runs_us()
    found = []
    for pid in platform.pids():
        if not is_inside(platform.directory(pid), own):
            continue
        stat = platform.stat(pid)
        if stat is None or stat.dead or pid in untouchable() or marker_of(pid) != "" or not _began_after(record, stat):
            continue
        chain = _ancestors(stat)
        # A multiplexer that we run in may run the agent's terminals as well: of a terminal only itself counts.
        terminals = {each for each in chain if platform.has_terminal(each)}
        identity = identify(pid)
        if identity is not None and not (terminals or set(chain)) & ours:
            found.append(Suspect(identity, platform.command(pid), bool(terminals)))
    return found


def _what_runs_us() -> frozenset[int]:
    """What we run under, without the services at the top of it: those run for whoever asks them, agents too."""
    return frozenset(pid for pid in untouchable() if (platform.parent(pid) or 0) > 1)


def at_work_in(directory: Path, but: str) -> list[int]:
    """The pids of all processes, of whomever, that work in this directory or below it. but: a marker to pass over."""
    own = [os.path.realpath(directory)]
    return [pid for pid in platform.pids() if is_inside(platform.directory(pid), own) and marker_of(pid) != but]


def _began_after(record: Record, stat: Stat) -> bool:
    keeper = record.keeper
    if keeper is not None and keeper.boot_id == platform.boot_id() and stat.ticks >= keeper.ticks:
        return True
    return platform.started_at(stat.ticks) >= record.spawned_at - SLACK_S


def is_inside(place: str, own: Collection[str]) -> bool:
    """Whether a place lies in one of these real paths, and in no directory of an agent further down."""
    if not any(place == each or place.startswith(each + os.sep) for each in own):
        return False
    while place not in own and place != os.path.dirname(place):
        try:
            if is_agent(os.listdir(place)):
                return False
        except OSError:
            pass  # it was removed: what lies above it tells
        place = os.path.dirname(place)
    return True


def _ancestors(stat: Stat) -> list[int]:
    """The process and what it runs under, up to init and without it."""
    chain = [stat.pid]
    pid: int | None = stat.ppid
    while pid and pid > 1 and pid not in chain:
        chain.append(pid)
        pid = platform.parent(pid)
    return chain
