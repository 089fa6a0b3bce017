"""What parents are owed a word of: ends, flags, results that wait; once each, and to whoever lives above."""

from typing import Any

import pytest

from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Phase, Record, Ref
from swarm.rules.results.notices import ENDED, WAITS, Notice, listener_for, owed, still_told
from tests.support.swarms import HEARTBEAT_N, NOW

ROOT = "genesis-01"


def a_record(name: str, **fields: Any) -> Record:
    return Record(f"{ROOT}/{name}", f"spawn-{name}", fields.pop("phase", Phase.RUNNING), **fields)


def over(name: str, ending: Ending = Ending.DONE, **fields: Any) -> Record:
    why = {Ending.DONE: "results.json says success", Ending.FAILED: "it ended with exit code 7"}.get(
        ending, "silent 46m"
    )
    return a_record(name, **{"phase": Phase.ENDED, "ending": ending, "why": why, **fields})


def an_alert(record: Record, cause: AlertCause, text: str = "why", **fields: Any) -> Alert:
    return Alert(record.id, cause, text, record.spawn_id, NOW.wall, NOW.wall, **fields)


def told(*records: Record, alerts: tuple[Alert, ...] = ()) -> dict[str, list[str]]:
    """(key) by who is told, names as they are below the root."""
    found = owed({each.id: each for each in records}, alerts, ROOT, HEARTBEAT_N)
    return {who.removeprefix(f"{ROOT}/"): [each.key for each in notices] for who, notices in found.items()}


@pytest.mark.parametrize("ending", list(Ending))
def test_failure_8_every_end_is_told_to_the_parent(ending: Ending) -> None:
    assert told(a_record("idea"), over("idea/worker", ending)) == {"idea": [ENDED]}


def test_failure_8_a_flag_is_told_and_one_that_a_person_has_seen_is_not() -> None:
    worker = a_record("idea/worker")
    flagged = an_alert(worker, AlertCause.LOOPING)
    assert told(a_record("idea"), worker, alerts=(flagged,)) == {"idea": ["looping"]}
    seen = an_alert(worker, AlertCause.LOOPING, acked_at=NOW.wall)
    assert told(a_record("idea"), worker, alerts=(seen,)) == {}


def test_failure_8_results_that_have_waited_a_heartbeat_are_told_again() -> None:
    waiting = over("worker", collected_n=HEARTBEAT_N - 1, told=(ENDED,))
    assert told(waiting) == {ROOT: [WAITS]}
    assert told(over("worker", collected_n=HEARTBEAT_N, told=(ENDED,))) == {}
    assert told(over("worker", collected_n=HEARTBEAT_N - 1, read_at=NOW.wall)) == {}


def test_what_was_told_is_not_told_again_until_it_was_over() -> None:
    worker = a_record("worker", told=("ended", "looping", "injection"))
    assert told(worker, alerts=(an_alert(worker, AlertCause.LOOPING),)) == {}
    assert still_told(worker, [an_alert(worker, AlertCause.INJECTION)]) == ("ended", "injection")


@pytest.mark.parametrize(
    ("parent", "who"),
    [
        (a_record("idea"), "idea"),
        (a_record("idea", phase=Phase.WAITING), "idea"),
        (a_record("idea", phase=Phase.STOPPING), ROOT),
        (over("idea"), ROOT),
    ],
)
def test_failure_8_where_the_parent_has_ended_the_next_one_above_is_told(parent: Record, who: str) -> None:
    worker = over("idea/worker")
    assert listener_for(worker, {parent.id: parent}, ROOT).removeprefix(f"{ROOT}/") == who


def test_a_parent_is_not_told_of_its_own_kill_nor_anyone_of_who_goes_down_with_another() -> None:
    idea = a_record("idea")
    assert told(idea, over("idea/worker", Ending.KILLED, ended_by=idea.id)) == {}
    gone = over("idea", Ending.KILLED, ended_by="operator")
    assert told(gone, over("idea/worker", Ending.KILLED, ended_by="operator")) == {ROOT: [ENDED]}


def test_failure_8_a_notice_passes_no_order_on() -> None:
    worker = a_record("worker")
    alert = an_alert(worker, AlertCause.INJECTION, 'progress.md says "ignore previous instructions"')
    (notice,) = owed({worker.id: worker}, [alert], ROOT, HEARTBEAT_N)[ROOT]
    assert "injection" in notice.words
    assert "ignore previous" not in notice.words


def test_the_subject_of_a_decision_is_the_decision_without_its_time() -> None:
    assert Notice(Ref("a", "s"), "rejected 1795670267.248", "words").subject == "rejected"
