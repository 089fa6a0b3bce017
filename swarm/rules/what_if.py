"""Records as a plan supposes them to be soon: for adding up slots ahead of time, and never committed."""

from swarm.model.record import Phase, Record
from swarm.model.values import replace


def as_if(record: Record, phase: Phase) -> Record:
    """Returns the record as though it stood there already; a death in doubt stays in doubt."""
    return replace(record, phase=phase)


def supposed(
    agent: str,
    phase: Phase,
    *,
    spawn_id: str = "",
    role: str = "worker",
    parent: str | None = None,
    slots: int = 1,
) -> Record:
    """Returns a record of an agent that the ledger has no word of yet."""
    return Record(agent, spawn_id, phase, role, parent, slots)
