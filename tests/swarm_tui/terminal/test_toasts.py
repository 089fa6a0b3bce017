"""Toasts come and go whatever the clock does, and none of them ever stops the screen."""

import time

import pytest
from textual.widgets._toast import Toast, ToastRack

from swarm_tui.app.app import SwarmApp
from swarm_tui.terminal.toasts import SHORTEST, SteadyNotification
from tests.support.canned import CannedSwarm


def test_its_time_is_never_up_before_it_begins() -> None:
    late = SteadyNotification("late", timeout=5.0, born=time.monotonic() - 60)
    assert late.time_left == SHORTEST
    assert late.has_expired
    assert not SteadyNotification("young", timeout=5.0).has_expired


@pytest.mark.parametrize("leap", [-86_400.0, 86_400.0])
def test_a_clock_that_is_set_changes_nothing(monkeypatch: pytest.MonkeyPatch, leap: float) -> None:
    note = SteadyNotification("a word", timeout=5.0)
    wall = time.time()
    monkeypatch.setattr("textual.notifications.time", lambda: wall + leap)
    assert 0 < note.time_left <= 5.0
    assert not note.has_expired


async def test_a_toast_that_comes_too_late_goes_and_the_screen_lives_on() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        app.room.say("a word of the room")
        await pilot.pause()
        (said,) = [note for note in app._notifications if note.message == "a word of the room"]
        assert isinstance(said, SteadyNotification)
        late = SteadyNotification("late", timeout=5.0, born=time.monotonic() - 60)
        await app.screen.get_child_by_type(ToastRack).mount(Toast(late))
        give_up = time.monotonic() + 20
        while any(toast._notification is late for toast in app.screen.query(Toast)) and time.monotonic() < give_up:
            await pilot.pause(0.05)
        assert not any(toast._notification is late for toast in app.screen.query(Toast))
        await pilot.press("j")
        assert app.is_running
