"""Looks at how much room is left on the disk of a home, and refuses a start where there is too little."""

import os

from swarm.errors import Code, Refused
from swarm.home import reserve_notes
from swarm.home.reserve import Filling, fill
from swarm.model.disk import Disk, Room
from swarm.protocol.paths import Layout
from swarm.rules.disk import judge, words


def look(layout: Layout) -> Disk:
    """Looks, and writes nothing. Where there is enough room, all looks are equal: the figures are left out."""
    found = figures(layout)
    return found if found.room is not Room.ENOUGH else Disk()


def figures(layout: Layout) -> Disk:
    """The same, always with the figures. A disk that cannot be looked at is taken to have room: a write finds out."""
    try:
        volume = os.statvfs(layout.swarm)
    except OSError:
        return Disk()
    blocks = volume.f_bfree if os.geteuid() == 0 else volume.f_bavail
    refused = reserve_notes.read(layout).refused
    size = volume.f_blocks * volume.f_frsize
    return judge(blocks * volume.f_frsize, size, volume.f_favail, volume.f_files, refused)


def refusal(layout: Layout) -> Refused | None:
    """Why nothing can be started on this disk now; None where it can. Looks anew: an alert may be old."""
    disk = look(layout)
    if disk.refused and fill(layout) is not Filling.REFUSED:
        disk = look(layout)
    if disk.room is not Room.NONE:
        return None
    return Refused(
        Code.FULL,
        "Nothing is started while the disk is full.",
        f"{words(disk).capitalize()}.",
        "Make room, or end the agent that fills it; with --queue it is started as soon as there is room.",
    )
