"""The fields of the spawn form: boxes with their name in the frame, and what speaks against them in it as well."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, TextArea

from swarm.sanitize import clean
from swarm_tui.app.screens.spawn_words import LABELS, Refusal

W = TypeVar("W", bound=Widget)
Field = Input | TextArea | Select[str]
HINTS = {
    "inputs": "files that hold something, or directories/, separated by blanks",
    "outputs": "globs of the files it is to make: they are counted",
    "worktree": "REPO@REF: a git worktree of its own; . is the home's repository",
    "cwd": "a directory of its worktree, or of the home; empty: its own",
    "owns": "paths that no other agent may write",
    "command": "what to run",
    "model": "the program's own",
    "slots": "as many as its role takes",
    "accept": "an outcome a line  :: a command that checks it",
    "name": "worker-1",
    "task": "what is to be done",
}


class Programs(NamedTuple):
    """What a spawn can run."""

    names: Sequence[str] = ("command",)
    default: str = "command"
    """What swarm.toml says."""
    with_command: frozenset[str] = frozenset({"command"})
    """Those that run a command, and can be told which."""

    def take_command(self, chosen: str) -> bool:
        """Whether a program runs a command; '' is the default one."""
        return (chosen or self.default) in self.with_command


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls the fields; its own keys would take those of the fields."""


class Tick(Checkbox):
    """A box that differs from a ticked one in its sign, not only in its colour."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def watch_value(self) -> None:
        self.BUTTON_INNER = "x" if self.value else " "
        super().watch_value()


def boxed(field: W) -> W:
    """A field in a frame that bears its name."""
    field.border_title = Content(LABELS[field.id or ""].lower())
    return field


def line(name: str, value: str) -> Input:
    """A field of one line."""
    return boxed(Input(value, placeholder=HINTS[name], id=name))


def lines(name: str, value: str) -> TextArea:
    """A field of several lines; tab leaves it."""
    return boxed(TextArea(value, id=name, tab_behavior="focus", placeholder=HINTS[name]))


def choice(name: str, options: Iterable[tuple[str, str]], value: str) -> Select[str]:
    """One of several (label, value), of which one is always chosen."""
    return boxed(Select(options, value=value, allow_blank=False, id=name, compact=True))


def program_choice(programs: Programs, wanted: str) -> Select[str]:
    """Which program. wanted: that of another agent; one that is gone from swarm.toml is offered, and refused."""
    gone = [wanted] if wanted and wanted not in programs.names else []
    names = [(f"{clean(programs.default)} (default)", ""), *((clean(name), name) for name in (*programs.names, *gone))]
    return choice("program", names, wanted)


def text_of(field: Widget) -> str:
    """What a field holds."""
    if isinstance(field, TextArea):
        return field.text
    return str(field.value) if isinstance(field, Input | Select) else ""


def show_refusals(field: Widget, found: Sequence[Refusal]) -> None:
    """Writes into its frame what speaks against a field, in a few words, or takes that away."""
    field.set_class(bool(found), "-refused")
    field.border_subtitle = Content(f"✖ {found[0].short}") if found else ""
