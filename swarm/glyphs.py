"""One glyph and one word for every state, shared by all surfaces. All are one cell wide, all differ, in ASCII too."""

from typing import NamedTuple


class Glyph(NamedTuple):
    """How a state is drawn without colour: `mark` in Unicode, `ascii` where that cannot be shown, `word` always."""

    mark: str
    ascii: str
    word: str


# Keys are the values of model.State: a StrEnum member finds its row here, and this room imports nothing.
STATES: dict[str, Glyph] = {
    "starting": Glyph("◔", "s", "starting"),
    "fresh": Glyph("●", "o", "fresh"),
    "late": Glyph("◐", "l", "late"),
    "investigate": Glyph("▲", "!", "investigate"),
    "overdue": Glyph("✖", "X", "overdue"),
    "looping": Glyph("↻", "@", "looping"),
    "retrying": Glyph("⇄", "~", "retrying"),
    "done": Glyph("✔", "+", "done"),
    "failed": Glyph("✗", "x", "failed"),
    "killed": Glyph("†", "k", "killed"),
    "lost": Glyph("?", "?", "lost"),
    "queued": Glyph("…", ".", "queued"),
    "paused": Glyph("‖", "=", "paused"),
    "held": Glyph("◈", "h", "held"),
    "idle": Glyph("○", "-", "idle"),
    "unknown": Glyph("¿", "u", "unknown"),
}

ROOT = Glyph("♔", "*", "root")
SPAWNER = Glyph("◆", "#", "spawns")
"""Who has slots for children and is well."""
GHOST = Glyph("◌", "g", "ghost")
"""What runs, or lies in the tree, without having been spawned through the engine."""

MARKS: tuple[Glyph, ...] = (*STATES.values(), ROOT, SPAWNER, GHOST)


def glyph_of(state: str) -> Glyph:
    """The glyph of a state; that of `unknown` for a word that is none."""
    return STATES.get(state, STATES["unknown"])
