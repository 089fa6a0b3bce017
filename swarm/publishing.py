"""Making the next revision of the ledger: a new file under a number that can be taken only once.

A revision is committed once `revs/<number>.json` exists with its whole content. That rule needs no lock. state.json is
a copy for readers, never the same file: editing it in place leaves the revision whole.
"""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum

from swarm import disk, store
from swarm.layout import Layout
from swarm.revisions import COMMIT_S, Look, listed

KEPT = 512
"""Revisions that stay, as recovery copies and so that a late writer still meets the name it wants."""
KEPT_ASIDE = 16


class Outcome(Enum):
    """How an attempt to commit came out."""

    COMMITTED = "committed"
    TAKEN = "taken"
    """Somebody else has the number."""
    LATE = "late"


def publish(layout: Layout, data: bytes, seen: Look, started: float) -> Outcome:
    """Try to make `data` the revision above `seen.top`; started: monotonic seconds at which `seen` was looked at.

    Raises SwarmError where the disk refuses; then nothing was committed. What fails once the revision is there (the
    copy in state.json, trimming) changes nothing any more and is left to the next commit.
    """
    number = seen.top + 1
    if not seen.numbers:
        store.make_dir(layout.revs)
    try:
        with store.directory(layout.swarm) as home, store.directory(layout.revs) as revs:
            temp = store.temp_name("state")
            try:
                stamp = _write(temp, home, data)
                outcome = _claim(layout.rev(number).name, temp, data, home, revs, started)
            finally:
                with suppress(OSError):
                    disk.unlink(temp, home)
            if outcome is not Outcome.COMMITTED:
                return outcome
            with suppress(OSError):
                _copy(layout, home, data, keep_aside=seen.odd_state)
            with suppress(OSError):
                _trim(revs, (*seen.numbers, number))
    except OSError as error:
        raise store.explain(error, layout.state) from error
    # Nobody writes that long: an older temp file is a killed writer's. One that is not simply starts over.
    store.sweep_temps(layout.swarm, 5 * COMMIT_S, now=stamp, kind="state-")
    if number % 64 == 0:
        store.sweep_temps(layout.swarm, now=stamp)
    return outcome


def _claim(name: str, temp: str, data: bytes, home: int, revs: int, started: float) -> Outcome:
    if time.monotonic() - started > COMMIT_S:
        return Outcome.LATE
    try:
        disk.link(temp, home, name, revs)
    except FileExistsError:
        return Outcome.TAKEN
    except FileNotFoundError:
        return Outcome.LATE  # our temp file was taken for a dead writer's
    except OSError as error:
        if error.errno not in disk.NO_LINKS:
            raise
        outcome = _create(name, data, revs)
        if outcome is not Outcome.COMMITTED:
            return outcome
    late = time.monotonic() - started > COMMIT_S
    try:
        if late and max(listed(revs)) > int(name):
            disk.unlink(name, revs)  # stopped between the check and the link, while others went past us
            return Outcome.LATE
        disk.sync(revs)
    except OSError:
        with suppress(OSError):
            disk.unlink(name, revs)
        raise
    return Outcome.COMMITTED


def _create(name: str, data: bytes, revs: int) -> Outcome:
    """Without links: the name is taken first and filled then; readers pass over it until it is whole."""
    try:
        descriptor = disk.create(name, revs)
    except FileExistsError:
        return Outcome.TAKEN
    try:
        store.write_all(descriptor, data)
        disk.sync(descriptor)
    except OSError:
        with suppress(OSError):
            disk.unlink(name, revs)
        raise
    finally:
        os.close(descriptor)
    return Outcome.COMMITTED


def _write(name: str, home: int, data: bytes) -> float:
    """Writes a new file through to the disk; returns the file system's idea of now."""
    descriptor = disk.create(name, home)
    try:
        store.write_all(descriptor, data)
        disk.sync(descriptor)
        return os.fstat(descriptor).st_mtime
    finally:
        os.close(descriptor)


def _copy(layout: Layout, home: int, data: bytes, *, keep_aside: bool) -> None:
    temp = store.temp_name("state")
    try:
        descriptor = disk.create(temp, home)
        try:
            store.write_all(descriptor, data)  # not synced: after a power cut the revision has it
        finally:
            os.close(descriptor)
        if keep_aside:
            _keep_aside(layout, home)
        disk.rename(temp, layout.state.name, home)
    except OSError:
        with suppress(OSError):
            disk.unlink(temp, home)
        raise
    disk.sync(home)


def _keep_aside(layout: Layout, home: int) -> None:
    prefix = f"{layout.state.name}.bad-"
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with suppress(FileNotFoundError):
        disk.rename(layout.state.name, f"{prefix}{stamp}-{os.urandom(2).hex()}", home)
    aside = sorted(name for name in os.listdir(home) if name.startswith(prefix))
    for name in aside[:-KEPT_ASIDE]:
        disk.unlink(name, home)


def _trim(revs: int, numbers: Iterable[int]) -> None:
    for number in sorted(numbers)[:-KEPT]:
        with suppress(FileNotFoundError):
            disk.unlink(str(number), revs)
