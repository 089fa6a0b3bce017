"""`swarm-tui config`: makes the operator's file, never over one that is there, and says what is wrong with it."""

import json
from pathlib import Path

import pytest

from swarm.errors import UsageError
from swarm_tui.app.own_settings import OwnSettings
from swarm_tui.cli.main import main
from swarm_tui.settings import kept
from swarm_tui.settings.places import places
from swarm_tui.settings.values import Settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return places().config


def test_the_file_is_made_once_and_is_the_operators_from_then_on(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out.strip() == str(config)
    assert str(tmp_path) in str(config)
    assert not config.parent.exists()
    assert main(["config", "init"]) == 0
    config.write_text('theme = "swarm-light"\n')
    assert main(["config", "init"]) == 3
    assert "is there already" in capsys.readouterr().err
    assert config.read_text() == 'theme = "swarm-light"\n'
    assert main(["config", "init", "--force"]) == 0
    assert "# theme = " in config.read_text()


def test_a_check_says_file_line_and_key_and_what_was_changed_with_keys(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "check"]) == 0
    assert "defaults hold" in capsys.readouterr().out
    config.parent.mkdir(parents=True)
    config.write_text('[keys]\nstop = "k"\n')
    assert main(["config", "check"]) == 1
    assert "config.toml:2: keys.stop: 'k' stands for two acts. [settings]" in capsys.readouterr().err
    config.write_text('theme = "swarm-dark"\n')
    kept.keep(places(), Settings(theme="swarm-dark"), theme="swarm-light")
    assert main(["config", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == {"theme": "swarm-light"}
    assert main(["config", "reset"]) == 0
    assert main(["config", "check"]) == 0
    assert "changed with a key" not in capsys.readouterr().out
    assert main(["config", "check", "--force"]) == 2


def test_a_theme_that_is_none_is_wrong_usage(config: Path) -> None:
    with pytest.raises(UsageError, match="no theme 'neon'"):
        OwnSettings.of_operator(theme="neon", env={})
