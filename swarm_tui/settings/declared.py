"""What config.toml says by its declared types alone: themes, columns and keys are looked up by whoever has them."""

from typing import Any

from swarm.errors import SettingsError
from swarm_tui.settings.values import Settings


def declared(text: str, name: str) -> dict[str, Any]:
    """The settings that a text writes down; raises SettingsError that names file, line and key."""
    from swarm.config.checker import RULES, check_toml, model_of  # pydantic: 200 ms of processor

    return check_toml(text, name, model_of(Settings, RULES), SettingsError)


def trouble(error: SettingsError, holds: str) -> str:
    """What is wrong with the file, and what holds meanwhile."""
    return " ".join(filter(None, (error.title, error.detail, holds)))
