"""Heartbeats tell an agent once what it cannot know by itself: a file that is read by no one, inputs that are gone."""

from swarm.model.causes import AlertCause
from tests.support.homes import LiveHome


def causes(home: LiveHome) -> set[AlertCause]:
    return {alert.cause for alert in home.state.alerts}


def test_failure_2_a_wrong_name_is_an_alert_and_the_agent_is_told_once(live_home: LiveHome) -> None:
    content = live_home.root / "content"
    content.mkdir()
    (content / "day3-march1.md").write_text("Three pricing pages.")
    live_home.spawn("reader", inputs=("content/day3-march1.md",))
    (content / "day3-march1.md").rename(content / "day3-mar1.md")
    (live_home.agent("reader").path / "progress.txt").write_text("2026-02-28 09:33 - Working.\n")
    rehearsed = [action.kind for action in live_home.swarm.rehearse().plan.actions if action.agent]
    assert sorted(rehearsed) == ["alert", "alert", "warn", "warn"]

    live_home.swarm.beat(by="test")

    assert causes(live_home) >= {AlertCause.INPUT, AlertCause.MISSPELT}
    inbox = live_home.agent("reader").inbox.read_text()
    assert "content/day3-march1.md does not exist (nearest: content/day3-mar1.md)" in inbox
    assert "progress.txt looks like progress.md" in inbox
    assert len(live_home.record("reader").warned) == 2

    (content / "day3-mar1.md").rename(content / "day3-march1.md")
    live_home.swarm.beat(by="test", force=True)

    assert live_home.agent("reader").inbox.read_text() == inbox
    assert AlertCause.INPUT not in causes(live_home)
    assert len(live_home.lines("warn")) == 2
