"""What stands in the place of an engine's file and cannot be one, is put aside before a commit, and said."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from swarm.ledger.revisions import Trouble
from swarm.model.causes import AlertCause
from swarm.protocol.paths import Layout
from swarm.store import writer
from swarm.store.aside import oddity, put_aside


def put_right(layout: Layout) -> tuple[Trouble, ...]:
    """Puts aside links, directories, pipes, sockets where a file of the engine should be. Returns what to say of it.

    A lock is made anew at once; what else is missing is made by whoever writes it next. What cannot be moved stays, and
    whoever needs it says why it cannot be used. state.json is put aside by the commit that replaces it.
    """
    return tuple(_put_right(layout))


def _put_right(layout: Layout) -> Iterator[Trouble]:
    for path, cause, directory in (
        (layout.lock, AlertCause.LOCK_MISSING, False),
        (layout.events, AlertCause.AUDIT_GAP, False),
        (layout.heartbeats, AlertCause.STATE_REPAIRED, False),
        (layout.checked, AlertCause.STATE_REPAIRED, False),
        (layout.revs, AlertCause.STATE_REPAIRED, True),
        (layout.waiting, AlertCause.STATE_REPAIRED, True),
    ):
        odd = oddity(path, directory=directory)
        if odd and (words := _moved(layout, path, odd)):
            if path == layout.lock:
                with suppress(FileExistsError):
                    writer.write_new(path, b"")
            yield Trouble(cause, words)


def _moved(layout: Layout, path: Path, odd: str) -> str:
    with suppress(OSError):
        return f"swarm/{path.name} {put_aside(path, layout.swarm, odd)} in swarm"
    return ""
