"""Who may be put away, and the one reason why who stays."""

from typing import Any

import pytest

from swarm.config.checked import parse_policy
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import AgentView
from swarm.rules.archive import due, reasons_to_keep
from tests.support.swarms import NOW, POLICY, ROOT, a_record, a_root, a_snapshot, a_spec, a_view, full_id, results
from tests.support.swarms import invalid_results as disputed


def over(name: str, ending: Ending = Ending.DONE, *, read: bool = True, **fields: Any) -> AgentView:
    read_at = NOW.wall - 60 if read else None
    return a_view(name, phase=Phase.ENDED, ending=ending, read_at=read_at, **fields)


def said(*views: AgentView, schedule: str = "") -> dict[str, str]:
    policy = parse_policy(f"[schedule]\n{schedule}") if schedule else POLICY
    found = reasons_to_keep(a_snapshot(*views), policy)
    return {agent_id.removeprefix(f"{ROOT}/"): str(reason or "") for agent_id, reason in found.items()}


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (over("w", results=results()), ""),
        (over("w", Ending.KILLED, read=False), ""),
        (over("w", results=results(), read=False), "has results that are not read"),
        (over("w", Ending.KILLED, results=results(), read=False), "has results that are not read"),
        (over("w", Ending.FAILED, results=disputed(), read=False), "has disputed results that are not read"),
        (over("w", Ending.FAILED, read=False), "ended as failed, which is not acknowledged"),
        (over("w", Ending.LOST, read=False), "ended as lost, which is not acknowledged"),
        (over("w", Ending.LOST), ""),
        (over("w", Ending.KILLED, unverified="a process may be left"), "could not be proved gone"),
        (a_view("w"), "has not ended"),
        (a_view("w", phase=Phase.QUEUED), "waits for a slot"),
        (a_view("w", phase=Phase.WAITING), "waits for its service"),
        (a_view("w", record=None), "was not spawned through the engine, so the engine leaves it alone"),
    ],
)
def test_an_agent_goes_when_it_is_over_and_seen(view: AgentView, why: str) -> None:
    assert said(a_root(), view)["w"] == (f"{full_id('w')} {why}" if why else "")


def test_the_root_stays() -> None:
    assert said(a_root())[ROOT] == f"{ROOT} is the root"


def test_what_the_engine_did_not_spawn_goes_along_with_an_ended_agent_above_it() -> None:
    found = said(a_root(), over("idea"), a_view("idea/notes", record=None))
    assert found["idea"] == ""
    assert found["idea/notes"] != ""


def test_one_at_any_depth_that_stays_keeps_all_above_it() -> None:
    views = (over("idea"), a_view("idea/notes", record=None), a_view("idea/notes/busy"), over("idea/other"))
    found = said(a_root(), *views)
    assert found["idea"] == f"{full_id('idea/notes/busy')} has not ended"
    assert found["idea/other"] == ""


def test_the_last_run_of_a_scheduled_role_stays_because_the_schedule_counts_from_it() -> None:
    runs = (
        over("improvement-01", role="improvement", spawned_ago=7200.0),
        over("improvement-02", role="improvement", spawned_ago=3600.0),
    )
    found = said(a_root(), *runs, schedule="improvement = 3")
    assert found["improvement-01"] == ""
    assert "from which [schedule] counts" in found["improvement-02"]


def test_what_a_living_agent_was_given_to_read_stays_and_a_namesake_goes() -> None:
    reader = a_view("reader", spec=a_spec("reader", inputs=(f"./swarm/agents/{full_id('w')}",)))
    found = said(a_root(), over("w"), over("w-2"), reader)
    assert found["w"] == f"{full_id('w')} is an input of {full_id('reader')}"
    assert found["w-2"] == ""


def test_an_earlier_run_stays_as_long_as_the_agent_runs() -> None:
    earlier = over("w.1", record=a_record("w", phase=Phase.ENDED, ending=Ending.FAILED, spawn_id="first"))
    assert "is an earlier run" in said(a_root(), a_view("w"), earlier)["w.1"]
    assert said(a_root(), over("w"), earlier)["w.1"] == ""


def test_a_heartbeat_puts_away_whole_branches_in_which_no_end_is_recent() -> None:
    policy = parse_policy('[archive]\nafter = "1h"')
    old: dict[str, Any] = {"ended_ago": 7200.0}
    views = (
        over("old", Ending.KILLED, read=False, **old),
        over("idea", Ending.KILLED, read=False, **old),
        over("idea/old", Ending.KILLED, read=False, **old),
        over("team", Ending.KILLED, read=False, **old),
        over("team/recent", Ending.KILLED, read=False, ended_ago=60.0),
        over("read-just-now", **old),
        a_view("busy"),
    )
    snapshot = a_snapshot(a_root(), *views)
    assert [view.name for view in due(snapshot, policy, NOW)] == ["idea", "old"]
    assert due(snapshot, POLICY, NOW) == []
