"""Who could be ended for the sake of another: kill before spawn (field report, The Slot Budget System)."""

from collections.abc import Mapping
from typing import NamedTuple

from swarm.books import Books
from swarm.model import State, Verdict
from swarm.wording import spell_duration


class Candidate(NamedTuple):
    """Somebody who could be ended for the sake of another."""

    id: str
    spawn_id: str
    role: str
    state: State | None
    """None where nobody has judged it."""
    why: str
    age: float | None
    """Awake seconds since its last update; None where that says nothing."""
    frees: int
    """Slots that come free at the level that is full."""
    enough: bool
    """They suffice by themselves."""


_ORDER = {
    State.OVERDUE: 0,
    State.FAILED: 1,
    State.LOST: 1,
    State.KILLED: 1,
    State.LOOPING: 2,
    State.INVESTIGATE: 3,
    State.UNKNOWN: 4,
    State.DONE: 5,
    State.LATE: 6,
    State.RETRYING: 7,
    State.PAUSED: 9,
    State.HELD: 10,
}
_HEALTHY = 8


def candidates(books: Books, verdicts: Mapping[str, Verdict], level: str, missing: int) -> list[Candidate]:
    """Everybody who holds slots of a level, stuck ones first. missing: slots that have to come free."""
    ranked: list[tuple[int, float, str, Candidate]] = []
    waiting = list(books.children.get(level, ()))
    for agent in waiting:
        record = books.records.get(agent)
        if record is None or not record.holds_slot:
            waiting += books.children.get(agent, ())  # it has ended: its children hold what it held
            continue
        verdict = verdicts.get(agent)
        age = verdict.age if verdict is not None else None
        rank = 1 if record.unverified else _ORDER.get(verdict.state, _HEALTHY) if verdict is not None else _HEALTHY
        frees = books.committed(agent)
        state, why = (verdict.state, verdict.why) if verdict is not None else (None, "")
        one = Candidate(agent, record.spawn_id, record.role, state, why, age, frees, frees >= missing)
        ranked.append((rank, -age if age is not None else 0.0, agent, one))
    return [candidate for *_, candidate in sorted(ranked)]


def first_words(books: Books, verdicts: Mapping[str, Verdict] | None, level: str, missing: int) -> str:
    """The first three of them as a hint, for people."""
    named = [_candidate_words(one) for one in candidates(books, verdicts or {}, level, missing)[:3]]
    return f"Could be ended: {', '.join(named)}." if named else ""


def _candidate_words(one: Candidate) -> str:
    state = f"{one.state}, " if one.state is not None else ""
    age = f"{spell_duration(one.age)} since its last update, " if one.age is not None else ""
    return f"{one.id} ({state}{age}frees {one.frees})"
