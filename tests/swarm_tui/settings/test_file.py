"""config.toml: what it may say, how it is told when it is wrong, and what holds meanwhile."""

from pathlib import Path

import pytest

from swarm.errors import SettingsError
from swarm_tui.app.keys import with_keys
from swarm_tui.app.own_settings import known
from swarm_tui.settings.file import check, load
from swarm_tui.settings.places import Places
from swarm_tui.settings.template import template
from swarm_tui.settings.values import Settings


@pytest.fixture
def where(tmp_path: Path) -> Places:
    return Places(tmp_path / "config.toml", tmp_path / "state")


def wrong(where: Places, text: str) -> SettingsError:
    where.config.write_text(text)
    with pytest.raises(SettingsError) as caught:
        check(where.config, known())
    return caught.value


def test_a_file_that_config_init_makes_changes_nothing(where: Places) -> None:
    where.config.write_text(template(known()))
    assert load(where, known()) == (Settings(), "")


def test_every_line_of_that_file_says_the_default_once_it_is_no_comment(where: Places) -> None:
    lines = template(known()).splitlines()
    settings = [line.removeprefix("# ") if " = " in line else line for line in lines]
    where.config.write_text("\n".join(settings) + "\n")
    held = check(where.config, known())
    assert set(held.keys) == set(known().acts)
    assert with_keys(held.keys) == with_keys({})
    assert held.columns == known().columns
    assert (held.theme, held.sort, held.notify) == (Settings().theme, Settings().sort, Settings().notify)


@pytest.mark.parametrize(
    ("text", "where_it_is", "what"),
    [
        ('them = "auto"', "config.toml:1: them", "there is no such setting"),
        ('\ntheme = "dark"', "config.toml:2: theme", "there is no 'dark'"),
        ("ascii = 7", "config.toml:1: ascii", "valid boolean"),
        ('sort = "size"', "config.toml:1: sort", "there is no 'size'"),
        ('columns = ["says", "size"]', "config.toml:1: columns", "there is no 'size'"),
        ('columns = ["age", "age"]', "config.toml:1: columns", "age stands there twice"),
        ('[notify]\nbell = "loud"', "config.toml:2: notify.bell", "valid boolean"),
        ('[notify]\n\ntoasts = "error"', "config.toml:3: notify.toasts", "'information' or 'warning'"),
        ("[notify]\nseconds = 0", "config.toml:2: notify.seconds", "greater than or equal to 1"),
        ('[keys]\nstopp = "x"', "config.toml:2: keys.stopp", "there is no such act"),
        ("[keys]\nstop = 7", "config.toml:2: keys.stop", "write one in quotes, or a list"),
        ('[keys]\nbeat = "b"\nstop = "hyper-x"', "config.toml:3: keys.stop", "no terminal sends a key of this name"),
        ('[keys]\nstop = "ctrl-c"', "config.toml:2: keys.stop", "it cannot be bound"),
        ("[keys]\nquit = []", "config.toml:2: keys.quit", "it needs a key"),
        ("[keys\n", "config.toml is not TOML", ""),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(where: Places, text: str, where_it_is: str, what: str) -> None:
    title = wrong(where, text).title
    assert title.startswith(where_it_is)
    assert what in title


def test_a_clash_names_both_acts_at_the_line_to_mend(where: Places) -> None:
    error = wrong(where, '[keys]\nstop = "k"\n')
    assert error.title == "config.toml:2: keys.stop: 'k' stands for two acts."
    assert "For stop (stop this agent" in error.detail
    assert "for up (one agent up), whose own key it is" in error.detail
    error = wrong(where, '[keys]\nstop = "f5"\nbeat = "F5"\n')
    assert error.title.startswith("config.toml:3: keys.beat: 'f5'")
    assert "beat (" in error.detail
    assert "stop (" in error.detail


def test_keys_that_change_places_are_no_clash(where: Places) -> None:
    where.config.write_text('[keys]\nstop = "P"\npause = "x"\n')
    assert check(where.config, known()).keys == {"stop": ("P",), "pause": ("x",)}


def test_what_is_not_known_is_answered_with_the_nearest(where: Places) -> None:
    assert wrong(where, 'theme = "dark"').detail.startswith("Perhaps you mean swarm-dark. There are: auto, swarm-dark")
    assert wrong(where, '[keys]\nstopp = "x"').detail == "Perhaps you mean stop."


def test_a_damaged_file_opens_with_what_it_said_when_it_was_last_right(where: Places) -> None:
    where.config.write_text('theme = "swarm-light"\n[keys]\nstop = "f9"\n')
    assert load(where, known()).trouble == ""
    for damaged in ('theme = "swarm-light"\n[keys]\nstop = "k"\n', "theme = swarm-light", 'them = "auto"'):
        where.config.write_text(damaged)
        loaded = load(where, known())
        assert (loaded.settings.theme, loaded.settings.keys) == ("swarm-light", {"stop": ("f9",)}), damaged
        assert loaded.trouble.startswith("config.toml")
        assert loaded.trouble.endswith("What it said when it was last right holds.")


def test_a_damaged_file_of_which_nothing_is_known_opens_with_the_defaults(where: Places) -> None:
    where.config.write_text("[keys]\nstop = 'k'\n")
    loaded = load(where, known())
    assert loaded.settings == Settings()
    assert loaded.trouble.startswith("config.toml:2: keys.stop")
    assert loaded.trouble.endswith("The defaults hold.")
    where.config.unlink()
    where.config.mkdir()
    assert "is not a file" in load(where, known()).trouble


def test_a_file_that_is_a_link_into_a_directory_of_dotfiles_is_followed(where: Places, tmp_path: Path) -> None:
    (tmp_path / "dotfiles.toml").write_text("ascii = true\n")
    where.config.symlink_to(tmp_path / "dotfiles.toml")
    assert load(where, known()).settings.ascii
