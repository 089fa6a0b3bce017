"""The processes of each agent, by descent alone: all below its keeper and program, cut where another agent begins."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from swarm import platform
from swarm.model.agent import Identity
from swarm.model.record import Record
from swarm.platform.process_info import Stat


def living(identity: Identity | None) -> Stat | None:
    """The process of an identity, start time compared; a sample sends no signal, so the marker is not read."""
    if identity is None or identity.boot_id != platform.boot_id() or identity.pid_ns != platform.pid_namespace():
        return None
    stat = platform.stat(identity.pid)
    return stat if stat is not None and stat.ticks == identity.ticks and not stat.dead else None


def family(
    program: Stat | None, keeper: Stat | None, heads: Mapping[int, str], agent: str, *, dead: bool = False
) -> list[Stat]:
    """The program and all below it and its keeper, cut where another agent begins: at its head.

    dead: with those that have ended and whose parent has not asked how.
    """
    found = {program.pid: program} if program is not None else {}
    pending = [stat.pid for stat in (keeper, program) if stat is not None]
    looked: set[int] = set()
    while pending:
        parent = pending.pop()
        if parent in looked:
            continue
        looked.add(parent)
        for pid in platform.children(parent):
            stat = platform.stat(pid) if heads.get(pid, agent) == agent else None
            if stat is not None and (dead or not stat.dead):
                found[pid] = stat
                pending.append(pid)
    return list(found.values())


class Written(NamedTuple):
    """What an agent's processes have written. pids: those that live, its keeper among them."""

    total: int
    """Bytes, into files and pipes alike, of those that have ended too: a parent inherits the count of its children."""
    pids: frozenset[int]


def written_by(records: Iterable[Record]) -> dict[str, Written]:
    """What living agents have written so far, by agent id; those are missing whose count cannot be read here."""
    known = [record for record in records if record.keeper is not None or record.process is not None]
    heads = {each.pid: record.id for record in known for each in (record.keeper, record.process) if each is not None}
    found: dict[str, Written] = {}
    for record in known:
        program, keeper = living(record.process), living(record.keeper)
        pids = {stat.pid for stat in (*family(program, keeper, heads, record.id, dead=True), *filter(None, (keeper,)))}
        counts = [platform.written(pid) for pid in pids]
        # Without its keeper, the count of a process that was left alone is lost with it.
        if keeper is not None and counts and None not in counts:
            found[record.id] = Written(sum(count for count in counts if count is not None), frozenset(pids))
    return found
