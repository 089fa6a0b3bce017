"""What is drawn with: guides, bars, blocks, marks; in Unicode, and in ASCII for terminals that are not UTF-8."""

from collections.abc import Mapping
from typing import NamedTuple


class Glyph(NamedTuple):
    """How a state is drawn without colour: `mark` in Unicode, `ascii` where that cannot be shown."""

    mark: str
    ascii: str


# Keys are the values of `Health`: a member of a StrEnum finds its row here, and this module imports nothing.
STATES: dict[str, Glyph] = {
    "starting": Glyph("◔", "s"),
    "fresh": Glyph("●", "o"),
    "late": Glyph("◐", "l"),
    "investigate": Glyph("▲", "!"),
    "overdue": Glyph("✖", "X"),
    "looping": Glyph("↻", "@"),
    "retrying": Glyph("⇄", "~"),
    "waiting": Glyph("◷", "w"),
    "done": Glyph("✔", "+"),
    "disputed": Glyph("≠", "d"),
    "failed": Glyph("✗", "x"),
    "killed": Glyph("†", "k"),
    "lost": Glyph("?", "?"),
    "queued": Glyph("…", "."),
    "paused": Glyph("‖", "="),
    "held": Glyph("◈", "h"),
    "idle": Glyph("○", "-"),
    "unknown": Glyph("¿", "u"),
}
ROOT = Glyph("♔", "R")
SPAWNER = Glyph("◆", "#")
"""A healthy agent with slots for children."""
GHOST = Glyph("◌", "g")
"""What runs, or lies in the tree, without having been spawned through the engine."""


class Charset(NamedTuple):
    """Every sign that widgets draw, one cell wide each where nothing else is said."""

    unicode: bool
    states: Mapping[str, str]
    """The mark of every state of health."""
    root: str
    spawner: str
    ghost: str
    branch: str
    """Guide of a child with siblings below it; two cells, like the next three."""
    last: str
    through: str
    gap: str
    bar_left: str
    bar_right: str
    blocks: str
    """From empty to full: the levels of one cell of a bar."""
    spark: str
    """From low to high."""
    slot_used: str
    slot_hollow: str
    """Committed, not used."""
    slot_free: str
    slot_reserve: str
    slot_over: str
    heart: str
    """A word in ASCII."""
    failed: str
    warned: str
    running: str
    ended: str
    fold: str
    mark: str
    cut: str
    """Stands for what did not fit."""
    rule: str
    dot: str
    """Between two names."""
    ticked: str
    """Three cells, like the next two."""
    unticked: str
    fixed: str
    """A row that cannot be ticked."""
    up: str
    down: str
    times: str
    alert: str
    """An alert in the timeline."""


UNICODE = Charset(
    unicode=True,
    states={state: glyph.mark for state, glyph in STATES.items()},
    root=ROOT.mark,
    spawner=SPAWNER.mark,
    ghost=GHOST.mark,
    branch="├ ",
    last="└ ",
    through="│ ",
    gap="  ",
    bar_left="▕",
    bar_right="▏",
    blocks=" ▏▎▍▌▋▊▉█",
    spark="▁▂▃▄▅▆▇█",
    slot_used="■",
    slot_hollow="□",
    slot_free="·",
    slot_reserve="░",
    slot_over="▣",
    heart="♥",
    failed="✖",
    warned="▲",
    running="●",
    ended="✔",
    fold="▸",
    mark="*",
    cut="…",
    rule="─",
    dot="·",
    ticked="[✔]",
    unticked="[ ]",
    fixed=" · ",
    up="↑",
    down="↓",
    times="×",
    alert="!",
)
ASCII = Charset(
    unicode=False,
    states={state: glyph.ascii for state, glyph in STATES.items()},
    root=ROOT.ascii,
    spawner=SPAWNER.ascii,
    ghost=GHOST.ascii,
    branch="|-",
    last="`-",
    through="| ",
    gap="  ",
    bar_left="[",
    bar_right="]",
    blocks=" .-=+*xX#",
    spark="_.-:=+*#",
    slot_used="#",
    slot_hollow="o",
    slot_free=".",
    slot_reserve="/",
    slot_over="!",
    heart="beat",
    failed="X",
    warned="!",
    running="o",
    ended="+",
    fold=">",
    mark="*",
    cut="~",
    rule="-",
    dot="-",
    ticked="[x]",
    unticked="[ ]",
    fixed=" . ",
    up="^",
    down="v",
    times="x",
    alert="a",
)


def charset_for(encoding: str | None) -> Charset:
    """The signs that a terminal of this encoding (`sys.stdout.encoding`) can show."""
    return UNICODE if (encoding or "").lower().replace("-", "").replace("_", "") in ("utf8", "utf8sig") else ASCII
