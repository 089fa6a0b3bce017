"""Kills that the disk has no room to record: done first, kept in mind, and recorded with the agent's end.

They stand in the notes of the reserve, and in this process, for a disk that takes no change at all.
"""

import os

from swarm.ending.intents import Order
from swarm.home import reserve_notes
from swarm.home.context import Home
from swarm.home.reserve_notes import Kill, Notes
from swarm.model.record import Record, Ref
from swarm.model.values import replace

_of_this_process: dict[tuple[str, str], Kill] = {}
"""By home and spawn id."""


def remember(home: Home, record: Record, order: Order) -> bool:
    """Keeps in mind that this agent was killed; returns whether other processes will know of it, too."""
    now = home.now()
    kill = Kill(record.id, record.spawn_id, order.reason, order.by, now.wall, now.awake)
    _of_this_process[_key(home, record.spawn_id)] = kill

    def add(notes: Notes) -> Notes:
        others = tuple(each for each in notes.kills if each.spawn_id != kill.spawn_id)
        return replace(notes, kills=(*others, kill))

    return reserve_notes.change(home.layout, add)


def find(home: Home, ref: Ref) -> Kill | None:
    """The kill of this spawn that is not recorded yet; None where there is none."""
    mine = _of_this_process.get(_key(home, ref.spawn_id))
    noted = (kill for kill in reserve_notes.read(home.layout).kills if kill.spawn_id == ref.spawn_id)
    return mine or next(noted, None)


def forget_recorded(home: Home) -> None:
    """Drops what stands in the ledger by now. What cannot be dropped does no harm. Raises HomeError as `read`."""
    agents = home.ledger.read().agents

    def is_open(kill: Kill) -> bool:
        record = Ref(kill.id, kill.spawn_id).find(agents)
        return record is not None and record.live

    if not all(map(is_open, reserve_notes.read(home.layout).kills)):
        reserve_notes.change(home.layout, lambda notes: replace(notes, kills=tuple(filter(is_open, notes.kills))))
    for key, kill in list(_of_this_process.items()):
        if key[0] == os.fspath(home.layout.root) and not is_open(kill):
            _of_this_process.pop(key, None)


def _key(home: Home, spawn_id: str) -> tuple[str, str]:
    return os.fspath(home.layout.root), spawn_id
