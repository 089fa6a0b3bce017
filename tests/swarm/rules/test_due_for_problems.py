"""Who ends for what was found of it: where the policy says so, at the heartbeat after the one that told it."""

import pytest
from msgspec import convert

from swarm.config.policy import Policy
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.record import Alert
from swarm.model.snapshot import AgentView, Problem
from swarm.model.time import Gap, GapKind
from swarm.rules.due_for_problems import due_for_problems
from swarm.rules.plan import plan
from swarm.rules.verdicts import verdicts
from tests.support.swarms import HOUR, NOW, a_snapshot, a_view

SECTIONS = {ProblemCode.INPUT: "inputs", ProblemCode.TIER: "models"}


def found(code: ProblemCode) -> AgentView:
    return a_view("w", problems=(Problem(code, "something is wrong"),))


def alert(view: AgentView, code: ProblemCode, *, acked: bool = False) -> Alert:
    return Alert(view.id, AlertCause(code), "", view.spawn_id, acked_at=1.0 if acked else None)


def ended(view: AgentView, *alerts: Alert, then: str, section: str, gap: Gap | None = None) -> list[AlertCause | None]:
    policy = convert({section: {"then": then}, "schedule": {}}, Policy)
    actions = plan(a_snapshot(view, alerts=alerts), policy, NOW, gap=gap).actions
    return [action.cause for action in actions if action.kind is ActionKind.KILL]


@pytest.mark.parametrize("code", SECTIONS)
def test_an_agent_ends_only_where_the_policy_says_so_and_it_was_told_at_an_earlier_heartbeat(code: ProblemCode) -> None:
    view, section = found(code), SECTIONS[code]
    told = alert(view, code)
    assert ended(view, told, then="alert", section=section) == []
    assert ended(view, then="stop", section=section) == []
    assert ended(view, told, then="stop", section=section) == [AlertCause(code)]
    assert ended(view, alert(view, code, acked=True), then="kill", section=section) == []
    assert ended(a_view("w"), told, then="kill", section=section) == []


@pytest.mark.parametrize("code", SECTIONS)
def test_after_a_hole_in_time_an_agent_that_was_told_gets_its_heartbeat_to_heed_it(code: ProblemCode) -> None:
    view, slept = found(code), Gap(GapKind.SUSPENDED, 8 * HOUR)
    assert ended(view, alert(view, code), then="stop", section=SECTIONS[code], gap=slept) == []


def test_between_two_heartbeats_no_agent_ends_for_what_can_wait() -> None:
    view = found(ProblemCode.INPUT)
    snapshot = a_snapshot(view, alerts=(alert(view, ProblemCode.INPUT),))
    policy = convert({"inputs": {"then": "kill"}}, Policy)
    judged = verdicts(snapshot, policy, NOW)
    assert due_for_problems(snapshot, judged, policy).keys() == {view.id}
    assert not due_for_problems(snapshot, judged, policy, between=True)
