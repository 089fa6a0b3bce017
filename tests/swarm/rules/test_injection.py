"""Field report, failure 7: what the policy makes of an order to the reader in an agent's texts."""

from typing import Any

import pytest
from msgspec import convert

from swarm.config.policy import Policy
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.plan import Plan
from swarm.model.record import Alert, Ending, Phase
from swarm.model.snapshot import AgentView, Problem
from swarm.rules.plan import plan
from tests.support.swarms import HEARTBEAT_N, NOW, ROOT, a_root, a_snapshot, a_view, full_id, results

SUSPECT: dict[str, Any] = {
    "problems": (Problem(ProblemCode.INJECTION, "its progress looks like an order to its reader"),)
}


def planned(*views: AgentView, then: str = "stop", **more: Any) -> Plan:
    rules = convert({"injection": {"then": then}, "schedule": {}, **more.pop("policy", {})}, Policy)
    return plan(a_snapshot(*views, policy=rules, **more), rules, NOW)


def ends(made: Plan) -> list[tuple[str, AlertCause | None]]:
    return [(one.agent.removeprefix(f"{ROOT}/"), one.cause) for one in made.actions if one.kind is ActionKind.KILL]


def alerts(made: Plan) -> list[str]:
    return [one.code for one in made.actions if one.kind is ActionKind.ALERT]


def test_failure_7_by_default_an_alert_is_raised_and_nobody_ends() -> None:
    made = planned(a_view("w", **SUSPECT), then=Policy().injection.then)
    assert ends(made) == []
    assert alerts(made) == ["injection"]


@pytest.mark.parametrize("then", ["stop", "kill"])
def test_failure_7_where_the_policy_says_so_the_agent_ends_with_all_below_it_and_says_why(then: str) -> None:
    made = planned(a_view("w", **SUSPECT), a_view("w/below"), a_view("other"), then=then)
    assert ends(made) == [("w", AlertCause.INJECTION)]
    [end] = [one for one in made.actions if one.kind is ActionKind.KILL]
    assert end.subtree == (full_id("w/below"),)
    assert "looks like an order" in end.reason


@pytest.mark.parametrize(
    "view",
    [
        a_view("w", held_until=HEARTBEAT_N + 5, **SUSPECT),
        a_view("w", paused=NOW.awake, **SUSPECT),
        a_root(**SUSPECT),
        a_view("w", phase=Phase.ENDED, ending=Ending.KILLED, **SUSPECT),
    ],
    ids=["held", "paused", "root", "ended"],
)
def test_who_is_held_or_paused_the_root_and_what_has_ended_is_spared(view: AgentView) -> None:
    assert ends(planned(view)) == []


def test_an_agent_whose_alert_was_acknowledged_is_spared_because_a_person_has_looked() -> None:
    view = a_view("w", **SUSPECT)
    alert = Alert(view.id, AlertCause.INJECTION, "text", view.spawn_id, NOW.wall, NOW.wall)
    acknowledged = Alert(view.id, AlertCause.INJECTION, "text", view.spawn_id, NOW.wall, NOW.wall, acked_at=NOW.wall)
    assert ends(planned(view, alerts=(alert,))) == [("w", AlertCause.INJECTION)]
    assert ends(planned(view, alerts=(acknowledged,))) == []


def test_where_automatic_kills_are_off_nobody_ends() -> None:
    assert ends(planned(a_view("w", **SUSPECT), policy={"heartbeat": {"kill": False}})) == []


def test_unread_results_of_an_ended_agent_are_an_alert_because_its_parent_is_about_to_read_them() -> None:
    ended: dict[str, Any] = {
        "phase": Phase.ENDED,
        "ending": Ending.DONE,
        "results": results(),
        "collected_n": HEARTBEAT_N,
        **SUSPECT,
    }
    assert alerts(planned(a_view("w", **ended))) == ["injection"]
    assert alerts(planned(a_view("w", **ended, read_at=NOW.wall))) == []
