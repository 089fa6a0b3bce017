"""What doctor says of the disk: how much room is left and who took it, and whether the engine's reserve is whole."""

import time
from collections.abc import Iterator

from swarm.formatting import plural, spell_size
from swarm.home import reserve_notes
from swarm.home.context import Home
from swarm.home.disk import figures
from swarm.model.disk import Disk, Room
from swarm.model.requests import Finding, Level
from swarm.model.values import replace
from swarm.probes.disk_use import LATELY_S, MAX_ENTRIES, measure
from swarm.protocol.find import walk
from swarm.rules.disk import words
from swarm.store import reserve


def of_disk(home: Home) -> Iterator[Finding]:
    """Room, reserve, and kills that could not be recorded. Reads only."""
    found = figures(home.layout)
    if found.room is Room.ENOUGH:
        files = f", room for {plural(found.files_free, 'file')}" if found.files_free is not None else ""
        yield Finding(Level.OK, "disk", f"{spell_size(found.free)} of {spell_size(found.size)} left{files}")
    else:
        text = words(_with_writers(home, found))
        if found.room is Room.LITTLE:
            yield Finding(Level.WARNING, "disk", text, "Make room before it is full.")
        else:
            yield Finding(Level.ERROR, "disk", text, "Make room, or end who fills it; nothing is started meanwhile.")
    yield _reserve(home)
    if kills := reserve_notes.read(home.layout).kills:
        names = ", ".join(kill.id for kill in kills[:5])
        hint = "The next heartbeat that finds room records them."
        yield Finding(Level.NOTE, "disk", f"ended, and not recorded yet: {names}", hint)


def _reserve(home: Home) -> Finding:
    held = reserve.held(home.layout.reserve)
    text = f"the engine's reserve holds {held.files} of {reserve.FILES} files, {spell_size(held.size)}"
    if held.files == reserve.FILES:
        return Finding(Level.OK, "disk", text)
    level = Level.NOTE if not held.files else Level.WARNING
    return Finding(level, "disk", text, "The next heartbeat that finds room fills it.")


def _with_writers(home: Home, found: Disk) -> Disk:
    agents = {agent: str(home.layout.agent(agent).path) for agent in walk(home.layout, home.policy.watch.ignore)}
    left, writers = MAX_ENTRIES, []
    for agent, path in agents.items():
        size, lately, seen = measure([path], agents.values(), time.time() - LATELY_S, left)
        left -= seen
        writers.append((agent, size, lately))
    return replace(found, writers=tuple(sorted(writers, key=lambda each: -each[1])))
