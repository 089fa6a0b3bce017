"""What the detail reads for the tab of processes: why a start failed, and which variables belong to the agent."""

import pytest

from swarm_tui.workers.detail_loader import DetailLoader
from tests.support.homes import LiveHome
from tests.support.wait import wait_for
from widgets.detail_head import Tab
from widgets.detail_pages import DetailData

SECRET = "sk-of-the-spawn"


def test_the_detail_of_a_failed_start_has_its_stderr_and_the_names_of_its_environment_alone(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    live_home.spawn("worker-1", "sh", "-c", "echo 'no such module' >&2; exit 3")
    live_home.wait_until_ended("worker-1")
    view = next(view for view in live_home.swarm.snapshot().agents if view.id == live_home.id("worker-1"))
    shown: list[DetailData] = []
    loader = DetailLoader(live_home.swarm, on_data=shown.append, on_lines=lambda *_: None)
    loader.start()
    try:
        loader.want(view, Tab.PROCESS)
        wait_for(lambda: shown, "the detail to be read")
    finally:
        loader.stop()
    assert shown[0].stderr == ("no such module",)
    assert "ANTHROPIC_API_KEY" in shown[0].environment
    assert SECRET not in str(shown)
