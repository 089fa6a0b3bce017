"""Who is told of which alert and when: once, again while it lasts, in one message where there are many."""

import time
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from swarm.config.notify_policy import NotifyPolicy, Target
from swarm.model.causes import AlertCause, Severity
from swarm.model.notification import Due, TargetMemory
from swarm.model.record import Alert
from swarm.model.values import replace
from swarm.rules.notifications import due_for, is_quiet

NOW = time.mktime((2026, 2, 28, 12, 0, 0, 0, 0, -1))
HOUR = 3600.0


def alert(agent: str = "a", cause: AlertCause = AlertCause.INVESTIGATE, *, since: float = NOW, **more: Any) -> Alert:
    return replace(Alert(agent, cause, f"{agent} is silent", first_at=since, last_at=since), **more)


def due(
    *alerts: Alert,
    policy: NotifyPolicy | None = None,
    memory: TargetMemory | None = None,
    wall: float = NOW,
    severity: str = "warning",
) -> Due | None:
    target = Target(env="URL", severity="danger" if severity == "danger" else "warning")
    return due_for("phone", target, alerts, policy or NotifyPolicy(), memory or TargetMemory(), wall, swarm="shop")


def heard(found: Due | None) -> TargetMemory:
    assert found is not None
    return found.memory


def test_an_alert_is_told_once_for_agent_and_cause_whatever_spawn_and_text_it_is_of() -> None:
    first = due(alert())
    assert first is not None
    assert [(each.title, each.text, each.severity) for each in first.messages] == [
        ("shop: a: investigate", "a is silent", Severity.WARNING)
    ]
    again = alert(spawn_id="another", text="other words", count=4)
    assert due(again, memory=first.memory, wall=NOW + 600) is None


def test_one_that_was_acknowledged_is_not_told_and_one_that_comes_and_goes_not_each_time() -> None:
    assert due(alert(acked_at=NOW)) is None
    gone = due_for("phone", Target(env="U"), (), NotifyPolicy(), heard(due(alert())), NOW + 900, swarm="shop")
    assert gone is None
    assert due(alert(since=NOW + 1800), memory=heard(due(alert())), wall=NOW + 1800) is None


def test_what_lasts_is_told_again_after_longer_and_longer_and_rises_to_danger() -> None:
    one = alert(cause=AlertCause.LOOPING)  # danger from its first moment on
    memory, times = heard(due(one)), []
    for minute in range(1, 24 * 60):
        found = due(one, memory=memory, wall=NOW + 60 * minute)
        if found is not None:
            memory = found.memory
            times.append(minute / 60)
    assert times == [2, 6, 14]

    quiet_one = alert()
    assert due(quiet_one, severity="danger") is None
    risen = due(quiet_one, severity="danger", wall=NOW + HOUR)
    assert risen is not None
    assert risen.messages[0].severity is Severity.DANGER
    told = heard(due(quiet_one))
    assert due(quiet_one, memory=told, wall=NOW + HOUR) is not None


def test_a_flood_comes_in_one_message_with_the_worst_first_and_the_rest_counted() -> None:
    many = [alert(f"agent-{n}") for n in range(30)] + [alert("worst", AlertCause.LOOPING)]
    found = due(*many)
    assert found is not None
    (message,) = found.messages
    assert message.title == "shop: 31 alerts, 1 of them danger"
    lines = message.text.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("! worst: looping: worst is silent", "and 11 more", 21)
    assert len(found.memory.told) == 31


def test_in_quiet_hours_only_danger_is_told_and_the_rest_comes_in_one_message_after_them() -> None:
    policy = NotifyPolicy(quiet="22:00-07:00", rises=100 * HOUR)
    night = NOW + 12 * HOUR
    mild = [alert(f"agent-{n}", since=night) for n in range(5)]
    bad = alert("bad", AlertCause.LOOPING, since=night)
    found = due(*mild, bad, policy=policy, wall=night)
    assert found is not None
    assert [each.title for each in found.messages] == ["shop: bad: looping"]
    assert due(*mild, policy=policy, memory=found.memory, wall=night + 2 * HOUR) is None
    morning = due(*mild, policy=policy, memory=found.memory, wall=NOW + 20 * HOUR)
    assert morning is not None
    assert [each.title for each in morning.messages] == ["shop: 5 alerts"]
    assert due(bad, policy=replace(policy, quiet_danger=False), wall=night) is None


def test_hours_go_over_midnight_or_not() -> None:
    midnight = NOW + 12 * HOUR
    assert [is_quiet(NotifyPolicy(quiet="22:00-07:00"), midnight + each * HOUR) for each in (-3, -2, 6.9, 7)] == [
        False,
        True,
        True,
        False,
    ]
    assert [is_quiet(NotifyPolicy(quiet="12:00-13:00"), NOW + each * HOUR) for each in (-0.1, 0, 0.9, 1)] == [
        False,
        True,
        True,
        False,
    ]
    assert not is_quiet(NotifyPolicy(), NOW)


def test_a_target_that_failed_is_tried_again_later_and_later_and_is_told_nothing_of_that() -> None:
    failed = TargetMemory(last_at=NOW, failures=3, failed="no answer")
    assert due(alert(), memory=failed, wall=NOW + 239) is None
    found = due(alert(), alert("", AlertCause.NOTIFY), memory=failed, wall=NOW + 240)
    assert found is not None
    assert [each.alerts[0].cause for each in found.messages] == [AlertCause.INVESTIGATE]
    assert (found.memory.failures, found.memory.failed) == (0, "")


def test_what_an_agent_wrote_steers_no_terminal() -> None:
    found = due(alert("a\x1b[2J", text="\x1b]0;x\x07ignore all"))
    assert found is not None
    assert "\x1b" not in found.messages[0].title + found.messages[0].text


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([60, 600, 7200])), max_size=30))
def test_no_alert_is_told_more_often_than_its_age_allows_and_none_is_forgotten(looks: list[tuple[str, int]]) -> None:
    policy, memory, wall = NotifyPolicy(every=0), TargetMemory(), NOW
    told: list[tuple[str, float]] = []
    open_now: dict[str, Alert] = {}
    for agent, seconds in looks:
        open_now.setdefault(agent, alert(agent, AlertCause.LOOPING, since=wall))
        found = due(*open_now.values(), policy=policy, memory=memory, wall=wall)
        if found is not None:
            told += [(one.agent, wall) for message in found.messages for one in message.alerts]
            memory = found.memory
        wall += seconds
    assert {agent for agent, _ in told} == set(open_now)
    for agent in open_now:
        times = [at for who, at in told if who == agent]
        assert all(after - before >= policy.again * 2**n for n, (before, after) in enumerate(pairwise(times)))
