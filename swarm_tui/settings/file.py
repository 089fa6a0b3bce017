"""Reads config.toml. A wrong one never keeps a control room from opening: it is said, and what held before holds."""

from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from swarm.config.checked import CheckedFiles, read_toml
from swarm.errors import SettingsError, SwarmError
from swarm.store import writer
from swarm_tui.settings.check import Checker
from swarm_tui.settings.declared import declared, trouble
from swarm_tui.settings.places import Places
from swarm_tui.settings.values import Known, Settings


class Loaded(NamedTuple):
    """The settings that hold, and what is wrong with the file."""

    settings: Settings
    trouble: str = ""
    """File, line and key, what is wrong there, and what holds meanwhile; '' where nothing is wrong."""


def load(places: Places, known: Known) -> Loaded:
    """Returns what a config.toml says, or what it said when it was last right; defaults where there is none."""
    try:
        text = read_toml(places.config, SettingsError)
    except FileNotFoundError:
        return Loaded(Settings())
    except SettingsError as error:
        return Loaded(Settings(), trouble(error, "The defaults hold."))
    with suppress(SwarmError, OSError):  # where it cannot be made, each start checks anew
        writer.make_dir(places.state)
    with CheckedFiles(places.checked) as checked:
        try:
            return Loaded(_parsed(text, places.config, known, checked))
        except SettingsError as error:
            held, which = _last_right(places.config, known, checked)
            return Loaded(held, trouble(error, which))


def check(path: Path, known: Known) -> Settings:
    """Returns the settings of a file; raises SettingsError that names file, line and key, FileNotFoundError."""
    return _parsed(read_toml(path, SettingsError), path, known, CheckedFiles())


def _parsed(text: str, path: Path, known: Known, checked: CheckedFiles) -> Settings:
    checker = Checker(text, path.name, known)

    def check_all() -> dict[str, Any]:
        """Only what is right in all is remembered: it holds once the file is wrong."""
        written = declared(text, path.name)
        checker.settle(msgspec.convert(written, Settings))
        return written

    # The tables of the control room change with its version: what a file names is looked up each time.
    return checker.settle(checked.value(path.name, text, Settings, check_all))


def _last_right(path: Path, known: Known, checked: CheckedFiles) -> tuple[Settings, str]:
    settings = checked.last(path.name, Settings, lambda text: declared(text, path.name))
    if settings is not None:
        with suppress(SettingsError):
            return Checker("", path.name, known).settle(settings), "What it said when it was last right holds."
    return Settings(), "The defaults hold."
