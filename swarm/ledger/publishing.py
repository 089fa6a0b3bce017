"""Publishes a revision of the ledger: written whole, linked to its number, then copied to state.json."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path

from swarm.ledger import revisions
from swarm.ledger.revisions import KEPT, Look
from swarm.protocol.paths import Layout
from swarm.store import reader, reserve, syscalls, writer
from swarm.store.aside import put_aside

KEPT_WHEN_FULL = 8
"""On a full disk older ones become the reserve again, so that commit after commit finds room."""
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
    for foreign in seen.foreign:
        with suppress(OSError):
            put_aside(layout.rev(foreign), layout.swarm)
    try:
        with reader.directory(layout.swarm) as home, reader.directory(layout.revs) as revs:
            numbers = (*seen.numbers, number)
            try:
                outcome, stamp, pressed = _put(layout, number, data, home, revs, started)
            except OSError as error:
                if not reserve.is_full(error) or not _trim(revs, seen.numbers, KEPT_WHEN_FULL):
                    raise
                outcome, stamp, pressed = _put(layout, number, data, home, revs, started)
            if outcome is not Outcome.COMMITTED:
                return outcome
            with suppress(OSError):
                _copy(layout, home, revs, number, data, keep_aside=seen.odd_state)
            with suppress(OSError):
                _trim(revs, numbers, KEPT)
            if pressed:
                with suppress(OSError):
                    _recycle(layout.reserve, revs, numbers)
    except OSError as error:
        raise writer.explain(error, layout.state) from error
    # No writer takes that long: an older temp file was left by a killed one. A writer that still lives starts over.
    writer.sweep_temps(layout.swarm, 5 * revisions.COMMIT_S, now=stamp, kind="state-")
    if number % 64 == 0:
        writer.sweep_temps(layout.swarm, now=stamp)
    return outcome


def _put(layout: Layout, number: int, data: bytes, home: int, revs: int, started: float) -> tuple[Outcome, float, bool]:
    """Writes the revision whole, then takes its number for it.

    Returns what came of it, its time of change by the file system's clock, and whether it came from the reserve.
    """
    temp = writer.temp_name("state")
    try:
        pressed = writer.write_file(temp, home, data, spares=layout.reserve)
        stamp = os.stat(temp, dir_fd=home, follow_symlinks=False).st_mtime
        claim = partial(_claim, layout.rev(number).name, temp, data, home, revs, started)
        return reserve.with_room(layout.reserve, claim), stamp, pressed
    finally:
        with suppress(OSError):
            syscalls.unlink(temp, home)


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


def _copy(layout: Layout, home: int, revs: int, number: int, data: bytes, *, keep_aside: bool) -> None:
    """Puts the revision in the place of state.json: a copy of it; its second name, where there is no room for one."""
    temp = writer.temp_name("state")
    try:
        try:
            _write_copy(temp, home, data)
        except OSError as error:
            if not reserve.is_full(error):
                raise
            with suppress(OSError):
                syscalls.unlink(temp, home)
            reserve.with_room(layout.reserve, partial(syscalls.link, layout.rev(number).name, revs, temp, home))
        if keep_aside:
            _keep_aside(layout, home)
        syscalls.rename(temp, layout.state.name, home)
    except OSError:
        with suppress(OSError):
            syscalls.unlink(temp, home)
        raise
    syscalls.sync(home)


def _write_copy(name: str, home: int, data: bytes) -> None:
    descriptor = syscalls.create(name, home)
    try:
        writer.write_all(descriptor, data)  # not synced: after a power cut the revision has it
    finally:
        os.close(descriptor)


def _keep_aside(layout: Layout, home: int) -> None:
    prefix = f"{layout.state.name}.bad-"
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with suppress(FileNotFoundError):
        syscalls.rename(layout.state.name, f"{prefix}{stamp}-{os.urandom(2).hex()}", home)
    aside = sorted(name for name in os.listdir(home) if name.startswith(prefix))
    for name in aside[:-KEPT_ASIDE]:
        syscalls.unlink(name, home)


def _trim(revs: int, numbers: Iterable[int], keep: int) -> bool:
    """Removes all but the newest `keep` revisions; returns whether there were more."""
    old = sorted(numbers)[:-keep]
    for number in old:
        with suppress(OSError):  # a directory of that name, say: the others go all the same
            syscalls.unlink(str(number), revs)
    return bool(old)


def _recycle(spares: Path, revs: int, numbers: Iterable[int]) -> None:
    """Moves the oldest revisions into the reserve. One that is state.json at the same time stays what it is."""
    for number in sorted(numbers)[:-KEPT_WHEN_FULL]:
        if not reserve.put_back(spares, str(number), revs) and not reserve.free_names(spares):
            return
