"""A damaged swarm.toml disarms no operator: its last right settings hold, and no agent is started under a guess."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.errors import PolicyError
from swarm.model.causes import AlertCause
from swarm.model.snapshot import Access
from swarm.protocol.paths import Layout
from swarm.verbs.init import init

RIGHT = "[slots]\nmax = 7\n[heartbeat]\nperiod = '1h'\n[root]\nid = 'genesis-01'\n"


def cut(path: Path) -> None:
    path.write_text("[slots\nmax = ")


def wrong(path: Path) -> None:
    path.write_text("[slots]\nmaxx = 3\n")


def gone(path: Path) -> None:
    path.unlink()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def huge(path: Path) -> None:
    path.write_text("#" * (300 * 1024))


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff\x00\xfe[\x00")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    init(tmp_path)
    (tmp_path / "swarm.toml").write_text(RIGHT)
    Swarm.open(tmp_path)
    return tmp_path


@pytest.mark.parametrize("damage", [cut, wrong, gone, pipe, directory, huge, garbage])
def test_the_last_right_settings_hold_whatever_has_become_of_the_file(
    home: Path, damage: Callable[[Path], None]
) -> None:
    damage(home / "swarm.toml")
    swarm = Swarm.open(home)
    assert not swarm.home.layout.foreign
    assert (swarm.home.policy.slots.max, swarm.home.policy.heartbeat.period) == (7, 3600.0)
    assert swarm.home.policy_error is not None
    assert swarm.home.access()[0] is Access.BAD_POLICY
    swarm.home.must_be_writable()
    swarm.home.must_know_policy()
    with pytest.raises(PolicyError):
        swarm.home.must_be_able_to_start()


def test_a_heartbeat_goes_on_and_says_so_until_the_file_is_mended(home: Path) -> None:
    wrong(home / "swarm.toml")
    swarm = Swarm.open(home)
    (alert,) = swarm.snapshot().alerts
    assert alert.cause is AlertCause.POLICY
    assert alert.first_at == (home / "swarm.toml").stat().st_mtime
    beat = swarm.beat(by="test")
    assert beat.slots["max"] == 7
    assert any("maxx" in alert for alert in beat.alerts)
    assert [alert.cause for alert in swarm.snapshot().alerts] == [AlertCause.POLICY]
    (home / "swarm.toml").write_text(RIGHT)
    mended = Swarm.open(home)
    mended.beat(by="test", force=True)
    assert mended.snapshot().alerts == ()


def test_where_no_right_settings_are_known_the_operator_acts_by_the_defaults_and_no_heartbeat_guesses(
    home: Path,
) -> None:
    wrong(home / "swarm.toml")
    Layout(home).checked.unlink()
    swarm = Swarm.open(home)
    assert swarm.home.policy.slots.max == 12
    assert swarm.snapshot().slots.max == 12
    swarm.home.must_be_writable()
    with pytest.raises(PolicyError, match="maxx"):
        swarm.beat(by="test")
    with pytest.raises(PolicyError, match="maxx"):
        swarm.own_heartbeat("test")


def test_a_home_whose_swarm_toml_is_gone_is_found_from_within_and_by_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone(home / "swarm.toml")
    monkeypatch.delenv("SWARM_HOME", raising=False)
    monkeypatch.chdir(home / "swarm" / "agents")
    assert Swarm.open().home.layout.root == home
    init(home)
    assert Swarm.open(home).home.policy_error is None
