"""The pictures of the README, compared with what the app draws now. To take them anew: make screenshots."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.support.pictures import PICTURES, Picture, app_for, pose


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clock times on the pictures are local: here everybody lives in Greenwich, in colour."""
    monkeypatch.setenv("TZ", "UTC")
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_the_screen_looks_as_it_did(snap_compare: Callable[..., bool], picture: Picture) -> None:
    assert snap_compare(
        app_for(picture),
        terminal_size=(picture.width, picture.height),
        run_before=lambda pilot: pose(pilot, picture),
    )
