"""[notify] of config.toml for those who show nothing: whom the operator wants told in every swarm."""

from swarm.config.checked import CheckedFiles, read_toml
from swarm.config.notify_policy import NotifyPolicy
from swarm.errors import SettingsError
from swarm_tui.settings.declared import declared, trouble
from swarm_tui.settings.places import Places
from swarm_tui.settings.values import Settings


def targets(places: Places) -> tuple[NotifyPolicy, str]:
    """What [notify] says, and what is wrong with the file: '' where nothing is. What it said before holds meanwhile."""
    name = places.config.name
    try:
        text = read_toml(places.config, SettingsError)
    except FileNotFoundError:
        return NotifyPolicy(), ""
    except SettingsError as error:
        return NotifyPolicy(), trouble(error, "None of its targets is told.")
    checked = CheckedFiles(places.checked, writable=False)
    try:
        return checked.value(name, text, Settings, lambda: declared(text, name)).notify.away, ""
    except SettingsError as error:
        last = checked.last(name, Settings, lambda old: declared(old, name))
        if last is None:
            return NotifyPolicy(), trouble(error, "None of its targets is told.")
        return last.notify.away, trouble(error, "What it said when it was last right holds.")
