"""What is written in the spawn form: its boxes, the request that they make, and what the form itself sees in them."""

from typing import cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Checkbox, Static

from swarm.model.agent import AgentSpec
from swarm.model.requests import SpawnCheck, SpawnRequest
from swarm.sanitize import clean
from swarm_tui.app.screens.spawn_boxes import (
    Field,
    Fields,
    Programs,
    Tick,
    choice,
    line,
    lines,
    program_choice,
    text_of,
)
from swarm_tui.app.screens.spawn_model import SpawnModel
from swarm_tui.app.screens.spawn_words import FIRST, LABELS, Refusal
from widgets.answer import Answer
from widgets.dialog import Dialog

LISTED = ("inputs", "outputs", "owns", "command")


class SpawnFields(Dialog[tuple[SpawnRequest, SpawnCheck] | None]):
    """The form without what is said of it."""

    def __init__(
        self, roles: list[str], parents: list[str], parent: str, like: AgentSpec | None, programs: Programs
    ) -> None:
        super().__init__("spawn an agent")
        self._programs = programs
        self._roles = roles
        self._branches = parents
        self._branch = parent
        self._like = SpawnModel(like)
        self._blank: dict[str, str] = {}
        """What the fields held at first: one that is needed is refused only once it was edited."""

    def compose_body(self) -> ComposeResult:
        like = self._like
        with Fields(id="fields"):
            yield line("name", like.name)
            yield lines("task", like.shown("task"))
            with Horizontal(id="runs"):
                yield program_choice(self._programs, like.spec.program if like.spec is not None else "")
                yield line("command", like.shown("command"))
            with Horizontal(id="opener"):
                yield Answer("more", "ctrl-o", id="more")
                yield Static("", id="summary")
            with Vertical(id="below"):
                yield choice("role", [(name, name) for name in self._roles], self._first_role())
                yield choice("parent", [(clean(name), name) for name in self._branches], self._branch)
                yield lines("accept", like.shown("accept"))
                yield line("model", like.spec.model if like.spec is not None else "")
                yield line("slots", "")
                for name in ("inputs", "outputs", "worktree", "cwd", "owns"):
                    yield line(name, like.shown(name))
                yield Tick("wait in the queue when there is no room", id="queue", compact=True)
                yield Tick("may take the reserve", id="use-reserve", compact=True)
        with VerticalScroll(id="said", can_focus=False):
            yield Static("", id="verdict")

    def answers(self) -> tuple[Answer, ...]:
        return Answer("Cancel", "esc", id="no"), Answer("Spawn", "ctrl-g", id="yes")

    def _first_role(self) -> str:
        """The model's role; else a worker, which is what most spawns are."""
        wanted = self._like.spec.role if self._like.spec is not None else "worker"
        return wanted if wanted in self._roles else self._roles[0]

    def _gives_more(self) -> bool:
        """Whether the agent that this one is spawned like fills in any of the fields below."""
        plain = {"role": "worker", "parent": self._branches[0]}
        return any(text != plain.get(field, "") for field, text in self._blank.items() if field not in FIRST)

    def _field(self, name: str) -> Field:
        return cast("Field", self.query_one(f"#{name}"))  # `#accept` and the like are made by nothing but the boxes

    def _text(self, name: str) -> str:
        return text_of(self._field(name))

    def _values(self) -> dict[str, str]:
        return {name: self._text(name) for name in LABELS if name != "env"}

    def _untouched(self, field: str) -> bool:
        return field in self._blank and self._text(field) == self._blank[field]

    def request(self) -> SpawnRequest:
        """What the fields say now; a field that cannot be read counts as empty, and is refused by the form itself."""
        slots = self._text("slots").strip()
        return SpawnRequest(
            name=self._text("name").strip(),
            role=self._text("role"),
            task=self._like.task(self._text("task"), untouched=self._untouched("task")),
            parent=self._text("parent"),
            slots=int(slots) if slots.lstrip("-").isdecimal() else None,
            accept=self._like.acceptance(self._text("accept"), untouched=self._untouched("accept")),
            inputs=self._words_or_none("inputs"),
            outputs=self._words_or_none("outputs"),
            owns=self._words_or_none("owns"),
            command=self._words_or_none("command"),
            cwd=self._text("cwd").strip(),
            worktree=self._text("worktree").strip(),
            queue=self.query_one("#queue", Checkbox).value,
            use_reserve=self.query_one("#use-reserve", Checkbox).value,
            program=self._text("program"),
            model=self._text("model").strip(),
            env=dict(self._like.spec.env) if self._like.spec else {},
        )

    def _words(self, field: str) -> tuple[str, ...]:
        return self._like.words(field, self._text(field), untouched=self._untouched(field))

    def _words_or_none(self, field: str) -> tuple[str, ...]:
        try:
            return self._words(field)
        except ValueError:
            return ()

    def _own_refusals(self) -> list[Refusal]:
        """What the form itself sees: what is missing, no number, an open quotation mark, a command in vain."""
        found = []
        if not self._text("name").strip():
            found.append(Refusal("name", "it is empty: give it one."))
        if not self._text("task").strip():
            found.append(Refusal("task", "it is empty: say what is to be done."))
        slots = self._text("slots").strip()
        if slots and not slots.lstrip("-").isdecimal():
            found.append(Refusal("slots", f"{slots[:40]!r} is no whole number."))
        for field in LISTED:
            try:
                self._words(field)
            except ValueError:
                found.append(Refusal(field, "a quotation mark is open: close it, or write \\ before it."))
        program = self._text("program") or self._programs.default
        if self._text("command").strip() and self._text("program") and not self._programs.take_command(program):
            found.append(Refusal("command", f"{program} takes none: leave it empty, or choose another program."))
        return found
