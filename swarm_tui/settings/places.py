"""Where the operator's settings lie: the directories that the platform has for them."""

from pathlib import Path
from typing import NamedTuple

NAME = "swarm-tui"


class Places(NamedTuple):
    """The files of one operator."""

    config: Path
    """Written by the operator."""
    state: Path
    """The directory of what a control room keeps by itself."""

    @property
    def kept(self) -> Path:
        """What was changed with keys."""
        return self.state / "kept.json"

    @property
    def checked(self) -> Path:
        """What the check of the file made of it, so that each edit is checked once."""
        return self.state / "checked.json"

    @property
    def lock(self) -> Path:
        """Held by who changes what is kept."""
        return self.state / "kept.lock"


def places() -> Places:
    """Returns the files of the operator whose environment this process has; makes none of them."""
    import platformdirs  # what does without settings need not load it

    return Places(
        Path(platformdirs.user_config_dir(NAME, appauthor=False)) / "config.toml",
        Path(platformdirs.user_state_dir(NAME, appauthor=False)),
    )
