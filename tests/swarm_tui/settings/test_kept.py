"""What is changed with keys: kept over rooms, over the file until that is edited, and safe where two rooms write."""

import threading
from pathlib import Path

import pytest

from swarm_tui.app.own_settings import OwnSettings, known
from swarm_tui.settings.kept import apply, forget, keep
from swarm_tui.settings.places import Places
from swarm_tui.settings.values import Settings


@pytest.fixture
def where(tmp_path: Path) -> Places:
    return Places(tmp_path / "config.toml", tmp_path / "state" / "of" / "mine")


def test_what_was_changed_holds_in_the_next_room_until_the_file_says_otherwise(where: Places) -> None:
    written = Settings(theme="swarm-light")
    keep(where, written, theme="swarm-16", sort="state", reverse=True)
    held = apply(written, where, known())
    assert (held.theme, held.sort, held.reverse) == ("swarm-16", "state", True)
    edited = apply(Settings(theme="swarm-contrast"), where, known())
    assert (edited.theme, edited.sort) == ("swarm-contrast", "state")


def test_what_is_as_the_file_says_again_is_not_kept(where: Places) -> None:
    keep(where, Settings(), sort="state")
    keep(where, Settings(), sort="tree")
    assert '"sort"' not in where.kept.read_text()
    assert forget(where)
    assert not forget(where)


def test_two_rooms_that_change_something_at_once_lose_nothing_of_each_other(where: Places) -> None:
    def room(**changed: str | bool) -> None:
        for _ in range(20):
            keep(where, Settings(), **changed)

    rooms = [
        threading.Thread(target=room, kwargs={"theme": "swarm-light"}),
        threading.Thread(target=room, kwargs={"sort": "age", "reverse": True}),
    ]
    for each in rooms:
        each.start()
    for each in rooms:
        each.join()
    held = apply(Settings(), where, known())
    assert (held.theme, held.sort, held.reverse) == ("swarm-light", "age", True)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"\xff\xfe", b'{"changes": {"theme": {"value": [], "over": 1}}}', b"[" * 9999]
)
def test_damage_costs_what_was_kept_and_nothing_else(where: Places, damage: bytes) -> None:
    keep(where, Settings(), theme="swarm-light")
    where.kept.write_bytes(damage)
    assert apply(Settings(), where, known()) == Settings()
    keep(where, Settings(), theme="swarm-light")
    assert apply(Settings(), where, known()).theme == "swarm-light"


def test_what_a_newer_version_kept_survives_and_does_not_hold(where: Places) -> None:
    keep(where, Settings(), theme="swarm-light")
    where.kept.write_text(where.kept.read_text().replace('"swarm-light"', '"swarm-2030"'))
    assert apply(Settings(), where, known()).theme == "auto"
    keep(where, Settings(), sort="age")
    assert "swarm-2030" in where.kept.read_text()


def test_options_win_over_the_environment_that_over_keys_those_over_the_file(
    where: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarm_tui.app.own_settings.places", lambda: where)
    where.config.write_text('theme = "swarm-light"\nascii = true\n')

    def theme(option: str = "", **env: str) -> str:
        return OwnSettings.of_operator(theme=option, env=env).settings.theme

    assert theme() == "swarm-light"
    OwnSettings.of_operator(env={}).keep(theme="swarm-16")
    assert theme() == "swarm-16"
    assert theme(TEXTUAL_THEME="nord") == "nord"
    assert theme("swarm-contrast", TEXTUAL_THEME="nord") == "swarm-contrast"
    assert OwnSettings.of_operator(env={}).settings.ascii
    where.config.write_text('theme = "swarm-contrast"\n')
    assert theme() == "swarm-contrast"
    assert OwnSettings.of_operator(ascii_only=True, env={}).settings.ascii
