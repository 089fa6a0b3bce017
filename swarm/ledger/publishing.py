"""Publishes a revision of the ledger: written whole, linked to its number, then copied to state.json."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum

from swarm.ledger import revisions
from swarm.ledger.revisions import Look
from swarm.protocol.paths import Layout
from swarm.store import reader, syscalls, writer

KEPT = 512
"""Revisions that are kept: as recovery copies, and so that a late writer still finds the number it wants taken."""
KEPT_ASIDE = 16


class Outcome(Enum):
    """The outcome of one attempt to commit."""

    COMMITTED = "committed"
    TAKEN = "taken"
    """Another writer has the number."""
    LATE = "late"


def publish(layout: Layout, data: bytes, seen: Look, started: float) -> Outcome:
    """Makes `data` the revision above `seen.top`, if it can. started: monotonic seconds at which `seen` was looked at.

    Raises SwarmError where the disk refuses; then nothing was committed. What fails once the revision is there (the
    copy in state.json, trimming) changes nothing any more and is left to the next commit.
    """
    number = seen.top + 1
    if not seen.numbers:
        writer.make_dir(layout.revs)
    try:
        with reader.directory(layout.swarm) as home, reader.directory(layout.revs) as revs:
            temp = writer.temp_name("state")
            try:
                stamp = _write(temp, home, data)
                outcome = _claim(layout.rev(number).name, temp, data, home, revs, started)
            finally:
                with suppress(OSError):
                    syscalls.unlink(temp, home)
            if outcome is not Outcome.COMMITTED:
                return outcome
            with suppress(OSError):
                _copy(layout, home, data, keep_aside=seen.odd_state)
            with suppress(OSError):
                _trim(revs, (*seen.numbers, number))
    except OSError as error:
        raise writer.explain(error, layout.state) from error
    # No writer takes that long: an older temp file was left by a killed one. A writer that still lives starts over.
    writer.sweep_temps(layout.swarm, 5 * revisions.COMMIT_S, now=stamp, kind="state-")
    if number % 64 == 0:
        writer.sweep_temps(layout.swarm, now=stamp)
    return outcome


def _claim(name: str, temp: str, data: bytes, home: int, revs: int, started: float) -> Outcome:
    if time.monotonic() - started > revisions.COMMIT_S:
        return Outcome.LATE
    try:
        syscalls.link(temp, home, name, revs)
    except FileExistsError:
        return Outcome.TAKEN
    except FileNotFoundError:
        return Outcome.LATE  # another writer swept our temp file as a dead writer's
    except OSError as error:
        if error.errno not in syscalls.NO_LINKS:
            raise
        outcome = _create(name, data, revs)
        if outcome is not Outcome.COMMITTED:
            return outcome
    late = time.monotonic() - started > revisions.COMMIT_S
    try:
        if late and max(revisions.listed(revs)) > int(name):
            syscalls.unlink(name, revs)  # stopped between the check and the link, while others went past us
            return Outcome.LATE
        syscalls.sync(revs)
    except OSError:
        with suppress(OSError):
            syscalls.unlink(name, revs)
        raise
    return Outcome.COMMITTED


def _create(name: str, data: bytes, revs: int) -> Outcome:
    """Creates the revision without a link: takes the name, then fills it; readers skip it until it is whole."""
    try:
        descriptor = syscalls.create(name, revs)
    except FileExistsError:
        return Outcome.TAKEN
    try:
        writer.write_all(descriptor, data)
        syscalls.sync(descriptor)
    except OSError:
        with suppress(OSError):
            syscalls.unlink(name, revs)
        raise
    finally:
        os.close(descriptor)
    return Outcome.COMMITTED


def _write(name: str, home: int, data: bytes) -> float:
    """Writes a new file and syncs it; returns its time of change, which is the file system's clock."""
    descriptor = syscalls.create(name, home)
    try:
        writer.write_all(descriptor, data)
        syscalls.sync(descriptor)
        return os.fstat(descriptor).st_mtime
    finally:
        os.close(descriptor)


def _copy(layout: Layout, home: int, data: bytes, *, keep_aside: bool) -> None:
    temp = writer.temp_name("state")
    try:
        descriptor = syscalls.create(temp, home)
        try:
            writer.write_all(descriptor, data)  # not synced: after a power cut the revision has it
        finally:
            os.close(descriptor)
        if keep_aside:
            _keep_aside(layout, home)
        syscalls.rename(temp, layout.state.name, home)
    except OSError:
        with suppress(OSError):
            syscalls.unlink(temp, home)
        raise
    syscalls.sync(home)


def _keep_aside(layout: Layout, home: int) -> None:
    prefix = f"{layout.state.name}.bad-"
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with suppress(FileNotFoundError):
        syscalls.rename(layout.state.name, f"{prefix}{stamp}-{os.urandom(2).hex()}", home)
    aside = sorted(name for name in os.listdir(home) if name.startswith(prefix))
    for name in aside[:-KEPT_ASIDE]:
        syscalls.unlink(name, home)


def _trim(revs: int, numbers: Iterable[int]) -> None:
    for number in sorted(numbers)[:-KEPT]:
        with suppress(FileNotFoundError):
            syscalls.unlink(str(number), revs)
