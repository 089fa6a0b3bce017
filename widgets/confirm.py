"""Questions before acts: each names its target, its subtree and its age, and the answer is no unless one says yes."""

from typing import ClassVar, Literal

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from widgets.cells import Cell, Cells, quote, short_duration
from widgets.check_list import CheckRow, PickList
from widgets.paragraphs import Paragraph
from widgets.text_pane import TextPane

DIALOG_CSS = """
    align: center middle;
    & > .dialog {
        width: 72; max-width: 96%; height: auto; max-height: 96%;
        background: $panel; border: round $primary; padding: 0 1;
    }
    & > .dialog.-danger { border: round $danger; }
    & .question { width: 1fr; height: auto; text-style: bold; margin-bottom: 1; }
    & TextPane, & PickList { height: auto; max-height: 40vh; background: $panel; margin-bottom: 1; }
    & .note { width: 1fr; height: auto; color: $muted; }
    & .answers { width: 1fr; height: auto; align-horizontal: right; }
    & .answers Button { margin-left: 1; min-width: 10; }
    & Input { margin-bottom: 1; }
"""


class AgentTarget(Struct, frozen=True):
    """An agent that an act is meant for, as captured when the key was pressed."""

    agent: str
    spawn_id: str
    state: str = ""
    age: float | None = None
    """Awake seconds since its last update."""

    def cells(self) -> Cells:
        """Id, state and age."""
        age = f"  {short_duration(self.age)}" if self.age is not None else ""
        return (Cell(quote(self.agent, 200), "strong"), Cell(f"  {quote(self.state, 40)}{age}", "muted"))


class Question(Struct, frozen=True):
    """What is asked. `yes` and `no` are the words on the buttons."""

    title: str
    targets: tuple[AgentTarget, ...] = ()
    subtree: tuple[AgentTarget, ...] = ()
    """The agents that end with the targets."""
    notes: tuple[str, ...] = ()
    """What follows from it, one sentence each."""
    yes: str = "Yes"
    no: str = "No"
    danger: bool = False

    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Targets, subtree and notes as lines to read."""
        lines = [Paragraph("", "", target.cells()) for target in self.targets]
        if self.subtree:
            count = len(self.subtree)
            lines.append(Paragraph(f"with {count} agent{'s' if count > 1 else ''} below:", "warning"))
            lines += [Paragraph("", "", (Cell("  "), *target.cells())) for target in self.subtree]
        lines += [Paragraph(quote(note, 500), "muted") for note in self.notes]
        return tuple(lines)


class _Dialog(ModalScreen[bool]):
    """What all yes-or-no dialogs share."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", "No", show=False),
        Binding("up", "read(-1)", "Up", show=False),
        Binding("down", "read(1)", "Down", show=False),
        Binding("pageup", "read(-8)", "Page up", show=False),
        Binding("pagedown", "read(8)", "Page down", show=False),
    ]
    AUTO_FOCUS = "#no"
    NO_KEY, YES_KEY = "n", "y"
    """What stands on the buttons beside their words."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        question = self.question
        with Vertical(classes="dialog -danger" if question.danger else "dialog"):
            yield Label(Content(quote(question.title, 300)), classes="question")
            yield TextPane(id="what")
            yield from self.compose_more()
            with Horizontal(classes="answers"):
                yield Button(Content(f"{question.no}  {self.NO_KEY}"), id="no", variant="primary", compact=True)
                variant: Literal["error", "default"] = "error" if question.danger else "default"
                yield Button(Content(f"{question.yes}  {self.YES_KEY}"), id="yes", variant=variant, compact=True)

    def compose_more(self) -> ComposeResult:
        """What stands between text and buttons."""
        yield from ()

    def on_mount(self) -> None:
        what = self.query_one("#what", TextPane)
        what.can_focus = False  # the focus goes between the answers; up and down scroll
        what.set_paragraphs(self.question.paragraphs())

    @on(Button.Pressed, "#no")
    def _no(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#yes")
    def _yes(self) -> None:
        self.action_answer(True)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

    def action_read(self, by: int) -> None:
        self.query_one("#what", TextPane).move_cursor(by)


class Confirm(_Dialog):
    """A question: `y` or its button is yes; `n`, escape, enter on the button it starts with, and closing are no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n,q", "answer(False)", "No", show=False),
        Binding("left,right", "app.focus_next", "Other answer", show=False),
        Binding("k", "read(-1)", "Up", show=False),
        Binding("j", "read(1)", "Down", show=False),
    ]
    FRESH_KEYS = frozenset({"y", "enter", "space"})
    """They count only where the question could be read before they were pressed."""
    DEFAULT_CSS = "Confirm {" + DIALOG_CSS + "}"


class TypedConfirm(_Dialog):
    """A question so grave that a word must be typed: enter with the word is yes, everything else is no."""

    AUTO_FOCUS = "#word"
    NO_KEY, YES_KEY = "esc", "enter"
    DEFAULT_CSS = "TypedConfirm {" + DIALOG_CSS + "}"

    def __init__(self, question: Question, word: str) -> None:
        super().__init__(question)
        self.word = word

    def compose_more(self) -> ComposeResult:
        yield Label(Content(f"Type {self.word!r} and press enter to go on."), classes="note")
        yield Input(id="word", placeholder=self.word)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#yes", Button).disabled = True

    @on(Input.Changed, "#word")
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = event.value != self.word

    @on(Input.Submitted, "#word")
    def _entered(self, event: Input.Submitted) -> None:
        if event.value == self.word:
            self.dismiss(True)

    def action_answer(self, yes: bool) -> None:
        if not yes or self.query_one("#word", Input).value == self.word:
            self.dismiss(yes)


class PickOne(ModalScreen[str | None]):
    """One of several rows, ranked: enter or a double click picks, escape is none. The answer is the row's key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,n", "none", "None", show=False)]
    AUTO_FOCUS = "PickList"
    FRESH_KEYS = frozenset({"enter", "space"})
    DEFAULT_CSS = "PickOne {" + DIALOG_CSS + "}"

    def __init__(self, title: str, rows: tuple[CheckRow, ...], *, notes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.question_title = title
        self.rows = rows
        self.notes = notes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(quote(self.question_title, 300)), classes="question")
            yield PickList(self.rows)
            for note in self.notes:
                yield Label(Content(quote(note, 300)), classes="note")

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        self.dismiss(event.key)

    def action_none(self) -> None:
        self.dismiss(None)
