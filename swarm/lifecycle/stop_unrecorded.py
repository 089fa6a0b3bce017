"""Stops on a disk that takes no record: the agent is ended first, and its end is recorded as soon as there is room.

An agent that fills the disk is just the one to be ended, and must not be safe because it has filled it.
"""

from contextlib import suppress

from swarm.ending import unrecorded
from swarm.ending.end import End, record_ends
from swarm.ending.intents import Order, reopen_branch
from swarm.errors import SwarmError
from swarm.home.context import Home

KEY = "unrecorded"
"""Under this name an end says why it could not be recorded."""


def record_or_remember(home: Home, end: End, order: Order) -> End:
    """Records the end of one agent. Where the disk refuses, keeps it in mind, and returns the end with the reason.

    Raises SwarmError for what is no fault of the disk.
    """
    try:
        record_ends(home, [end])
    except SwarmError as error:
        if not error.is_of_disk:
            raise
        if not _is_recorded(home, end):
            unrecorded.remember(home, end.before, order)
            return end._replace(more={**end.more, KEY: error.title})
    return end


def reopen_if_possible(home: Home, branch: str) -> None:
    """Opens the branch again; on a full disk, that is left to the next heartbeat."""
    with suppress(SwarmError):
        reopen_branch(home, branch)


def _is_recorded(home: Home, end: End) -> bool:
    found = end.before.ref.find(home.ledger.read().agents)
    return found is None or not found.live
