"""Questions before acts: each names its target, its subtree and its age, and the answer is no unless one says yes."""

from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from widgets.answer import Answer
from widgets.cells import Cell, Cells, quote, short_duration
from widgets.dialog import Dialog, Words
from widgets.paragraphs import Paragraph


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
        """What follows from it, which is read first; then whom it concerns, and who ends with them."""
        lines = [Paragraph(quote(note, 500)) for note in self.notes]
        if self.targets or self.subtree:
            lines.append(Paragraph(""))
        lines += [Paragraph("", "", target.cells()) for target in self.targets]
        if self.subtree:
            count = len(self.subtree)
            lines.append(Paragraph(f"with {count} agent{'s' if count > 1 else ''} below:", "warning"))
            lines += [Paragraph("", "", (Cell("  "), *target.cells())) for target in self.subtree]
        return tuple(lines)


class YesNo(Dialog[bool]):
    """What all yes-or-no dialogs share."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "read(-1)", "Up", show=False),
        Binding("down", "read(1)", "Down", show=False),
        Binding("pageup", "read(-8)", "Page up", show=False),
        Binding("pagedown", "read(8)", "Page down", show=False),
    ]
    NO_KEY, YES_KEY = "n", "y"
    """What stands on the answers beside their words."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.title)
        self.question = question
        self._words = Words(id="what")
        self._words.set_paragraphs(question.paragraphs())

    @property
    def is_danger(self) -> bool:
        return self.question.danger

    def compose_body(self) -> ComposeResult:
        yield self._words

    def answers(self) -> tuple[Answer, ...]:
        question = self.question
        return (
            Answer(question.no, self.NO_KEY, id="no"),
            Answer(question.yes, self.YES_KEY, id="yes", danger=question.danger),
        )

    def given(self, answer: str) -> None:
        del answer
        self.action_answer(True)

    def action_leave(self) -> None:
        """No."""
        self.dismiss(False)

    def action_answer(self, yes: bool) -> None:
        """Answers."""
        self.dismiss(yes)

    def action_read(self, by: int) -> None:
        """Scrolls what is said by so many lines."""
        self._words.move_cursor(by)


class Confirm(YesNo):
    """A question: `y` or its button is yes; `n`, escape, enter on the button it starts with, and closing are no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n,q", "answer(False)", "No", show=False),
        Binding("k", "read(-1)", "Up", show=False),
        Binding("j", "read(1)", "Down", show=False),
    ]


class TypedConfirm(YesNo):
    """A question so grave that a word must be typed: enter with the word is yes, everything else is no."""

    AUTO_FOCUS = "#word"
    FRESH_KEYS = frozenset()
    NO_KEY, YES_KEY = "esc", "enter"

    def __init__(self, question: Question, word: str) -> None:
        super().__init__(question)
        self.word = word

    def compose_body(self) -> ComposeResult:
        yield self._words
        yield Static(Content(f"Type {self.word!r} and press enter to go on."), classes="note")
        yield Input(id="word", placeholder=self.word)

    def on_mount(self) -> None:
        self.query_one("#yes", Answer).disabled = True

    @on(Input.Changed, "#word")
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#yes", Answer).disabled = event.value != self.word

    @on(Input.Submitted, "#word")
    def _entered(self, event: Input.Submitted) -> None:
        if event.value == self.word:
            self.dismiss(True)

    def action_answer(self, yes: bool) -> None:
        """Answers; yes only with the word."""
        if not yes or self.query_one("#word", Input).value == self.word:
            self.dismiss(yes)
