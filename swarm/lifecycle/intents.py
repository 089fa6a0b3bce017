"""Intents in the ledger: whose they are, and whether anybody still carries them out."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from swarm.errors import SwarmError
from swarm.model.agent import Identity, Liveness
from swarm.model.record import Phase, Record
from swarm.processes.identity import identify, look


@lru_cache(maxsize=4)
def _identity_of(pid: int) -> Identity:
    identity = identify(pid)
    if identity is None:
        raise SwarmError("This process cannot see itself.", "The kernel does not show it.", "Is /proc mounted?")
    return identity


def me() -> Identity:
    """This process, as it stands in intents."""
    return _identity_of(os.getpid())


_at_work: set[str] = set()
"""Spawn ids that threads of this process are at work on."""


@contextmanager
def at_work(spawn_ids: Iterable[str] = ()) -> Iterator[Callable[[Iterable[str]], None]]:
    """Says that a thread of this process carries out the intents of these spawns, for as long as it does.

    Yields a function that adds more of them: to be called before the intent can be seen, in the commit's change.
    """
    mine: set[str] = set()

    def add(more: Iterable[str]) -> None:
        new = set(more) - _at_work
        mine.update(new)
        _at_work.update(new)

    add(spawn_ids)
    try:
        yield add
    finally:
        _at_work.difference_update(mine)


def abandoned(record: Record) -> bool:
    """Nobody carries its intent out any more. A process that cannot be looked at from here is taken to live."""
    doer = record.starter if record.phase is Phase.SPAWNING else record.stopper
    return dead_or_none(doer) or (doer == me() and record.spawn_id not in _at_work)


def dead_or_none(identity: Identity | None) -> bool:
    """There is no such process any more."""
    return identity is None or look(identity) in (Liveness.DEAD, Liveness.STRANGER)
