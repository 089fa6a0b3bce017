"""The spawn form: every field of a spec, checked against the disk and the slots while it is typed."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Checkbox, Input, Label, Select, Static, TextArea

from swarm.errors import Code, SwarmError
from swarm.model.agent import AgentSpec
from swarm.model.requests import SpawnCheck, SpawnRequest
from swarm.sanitize import clean
from swarm_tui.app.screens.spawn_model import SpawnModel

Checker = Callable[[SpawnRequest], SpawnCheck]
ROOM_CODES = frozenset({Code.NO_SLOT, Code.BUDGET, Code.RESERVE, Code.ALLOCATION})
DEBOUNCE_SECONDS = 0.25
_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("inputs", "inputs", "files that hold something, or directories/, separated by blanks"),
    ("outputs", "outputs", "globs of the files it is to make: they are counted"),
    ("worktree", "worktree", "REPO@REF: a git worktree of its own; . is the home's repository"),
    ("cwd", "works in", "a directory of its worktree, or of the home; empty: its own"),
    ("owns", "owns", "paths that no other agent may write"),
    ("command", "command", "what to run; empty takes the program of swarm.toml"),
)


class Tick(Checkbox):
    """A box that differs from a ticked one in its sign, not only in its colour."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def watch_value(self) -> None:
        self.BUTTON_INNER = "x" if self.value else " "
        super().watch_value()


class SpawnForm(ModalScreen[tuple[SpawnRequest, SpawnCheck] | None]):
    """Asks for a spawn; dismissed with the request and its last check, or None."""

    CSS_PATH = "spawn_form.tcss"
    AUTO_FOCUS = "#name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("ctrl+g", "submit", "spawn", priority=True),
    ]

    def __init__(
        self,
        roles: list[tuple[str, str]],
        parents: list[str],
        parent: str,
        check: Checker,
        like: AgentSpec | None = None,
        programs: tuple[list[str], str] = (["command"], "command"),
    ) -> None:
        """programs: their names, and the default one."""
        super().__init__()
        self._programs, self._program = programs
        self._roles = roles
        self._branches = parents
        self._branch = parent
        self._checker = check
        self._like = SpawnModel(like)
        self._debounce: Timer | None = None
        self._generation = 0
        self._blank: dict[str, object] = {}
        """What the fields held at first: a field is checked only once it was edited."""

    def compose(self) -> ComposeResult:
        like = self._like
        with Vertical(id="form"):
            yield Static("spawn an agent", id="title")
            with VerticalScroll(id="fields"):
                yield from self._row("name", Input(like.name, placeholder="worker-1", id="name"))
                roles = [(label, name) for name, label in self._roles]
                yield from self._row("role", _choice("role", roles, self._first_role()))
                parents = [(clean(name), name) for name in self._branches]
                yield from self._row("below", _choice("parent", parents, self._branch))
                yield from self._row("task", TextArea(like.shown("task"), id="task", tab_behavior="focus"))
                accept = like.shown("accept")
                yield from self._row(
                    "done when",
                    TextArea(accept, id="accept", tab_behavior="focus", placeholder="an outcome a line  :: check"),
                )
                yield from self._row("program", self._program_field())
                model = like.spec.model if like.spec else ""
                yield from self._row("model", Input(model, placeholder="the program's own", id="model"))
                yield from self._row("slots", Input("", placeholder="the role's", type="integer", id="slots"))
                for name, label, hint in _FIELDS:
                    yield from self._row(label, Input(like.shown(name), placeholder=hint, id=name))
                yield from self._row("", Tick("wait in the queue when there is no room", id="queue"))
                yield from self._row("", Tick("may take the reserve", id="use-reserve"))
            yield Static("", id="verdict")
            with Horizontal(id="buttons"):
                yield Button("Spawn  ctrl-g", variant="primary", id="go")
                yield Button("Cancel  esc", id="cancel")

    def _row(self, label: str, field: Input | Select[str] | TextArea | Tick) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Label(label, classes="label")
            yield field

    def _program_field(self) -> Select[str]:
        own = f"{clean(self._program)}, as swarm.toml says"
        names = [(own, ""), *((clean(name), name) for name in self._programs)]
        like = self._like.spec.program if self._like.spec is not None else ""
        return _choice("program", names, like if like in self._programs else "")

    def _first_role(self) -> str:
        """The model's role; else a worker, which is what most spawns are."""
        known = [name for name, _ in self._roles]
        wanted = self._like.spec.role if self._like.spec is not None else "worker"
        return wanted if wanted in known else known[0]

    def on_mount(self) -> None:
        self._blank = self._values()
        self._schedule()

    def _values(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for field in self.query("Input, Select, TextArea"):
            if field.id is not None and isinstance(field, Input | Select):
                found[field.id] = field.value
            elif field.id is not None and isinstance(field, TextArea):
                found[field.id] = field.text
        return found

    def _untouched(self, field: str) -> bool:
        return field in self._blank and self._values().get(field) == self._blank[field]

    # -- checking while it is typed ------------------------------------------------------------------------------

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    def _schedule(self) -> None:
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(DEBOUNCE_SECONDS, self._start_check)

    def _start_check(self) -> None:
        self._generation += 1
        self._check(partial(self._arrive, self._generation))

    def _check(self, finish: Callable[[SpawnRequest, SpawnCheck | SwarmError], None]) -> None:
        """Has what the fields say checked in a thread; `finish` gets the request and the answer."""
        try:
            request = self.request()
        except ValueError as error:
            self._show_trouble(f"command: {error}")
            return

        def work() -> None:
            try:
                answer: SpawnCheck | SwarmError = self._checker(request)
            except SwarmError as error:
                answer = error
            if self.is_attached:
                self.app.call_from_thread(finish, request, answer)

        self.run_worker(work, thread=True, group="check", exit_on_error=False)

    def _arrive(self, generation: int, _: SpawnRequest, answer: SpawnCheck | SwarmError) -> None:
        if generation != self._generation or not self.is_attached:
            return  # the fields were edited since
        if isinstance(answer, SwarmError):
            self._show_trouble(str(answer))
        else:
            self._show(answer)

    def _show_trouble(self, text: str) -> None:
        self.query_one("#verdict", Static).update(Content.assemble(("✖ ", "$danger"), clean(text)))

    def _show(self, check: SpawnCheck, *, asked: bool = False) -> None:
        """What a check said. asked: the spawn was wanted, so that every field had its time."""
        lines: list[Content] = []
        waiting = [] if asked else [each for each in check.objections if self._untouched(each.field)]
        for objection in check.objections:
            if objection in waiting:
                continue
            words = " ".join(part for part in (objection.title, objection.detail, objection.hint) if part)
            lines.append(Content.assemble(("✖ ", "$danger"), (f"{objection.field}: ", "bold"), clean(words)))
        if waiting:
            names = ", ".join(dict.fromkeys(objection.field for objection in waiting))
            lines.append(Content.styled(f"  still to be filled in: {names}", "$text-muted"))
        lines.extend(Content.assemble(("▲ ", "$warning"), clean(warning)) for warning in check.warnings)
        if not check.objections:
            noun = "slot" if check.slots == 1 else "slots"
            lines.append(
                Content.assemble(
                    ("✔ ", "$good"),
                    clean(check.agent),
                    f" takes {check.slots} {noun}; {check.free_after} free after it",
                )
            )
        elif self._only_room(check) and check.candidates:
            lines.append(Content("There is no room: spawning asks who is to be ended for it."))
        self.query_one("#verdict", Static).update(Content("\n").join(lines))

    @staticmethod
    def _only_room(check: SpawnCheck) -> bool:
        return all(objection.code in ROOM_CODES for objection in check.objections)

    # -- the request ---------------------------------------------------------------------------------------------

    def request(self) -> SpawnRequest:
        """What the fields say now; raises ValueError where a list has an open quotation mark."""
        slots = self.query_one("#slots", Input).value.strip()
        return SpawnRequest(
            name=self.query_one("#name", Input).value.strip(),
            role=str(self.query_one("#role", Select).value),
            task=self._like.task(self.query_one("#task", TextArea).text, untouched=self._untouched("task")),
            parent=str(self.query_one("#parent", Select).value),
            slots=int(slots) if slots.lstrip("-").isdigit() else None,
            accept=self._like.acceptance(self.query_one("#accept", TextArea).text, untouched=self._untouched("accept")),
            inputs=self._words("inputs"),
            outputs=self._words("outputs"),
            owns=self._words("owns"),
            command=self._words("command"),
            cwd=self.query_one("#cwd", Input).value.strip(),
            worktree=self.query_one("#worktree", Input).value.strip(),
            queue=self.query_one("#queue", Checkbox).value,
            use_reserve=self.query_one("#use-reserve", Checkbox).value,
            program=str(self.query_one("#program", Select).value),
            model=self.query_one("#model", Input).value.strip(),
            env=dict(self._like.spec.env) if self._like.spec else {},
        )

    def _words(self, field: str) -> tuple[str, ...]:
        return self._like.words(field, self.query_one(f"#{field}", Input).value, untouched=self._untouched(field))

    # -- leaving -------------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def action_submit(self) -> None:
        """Spawns where nothing but a lack of room speaks against it."""
        self._check(self._finish)

    def _finish(self, request: SpawnRequest, check: SpawnCheck | SwarmError) -> None:
        if isinstance(check, SwarmError):
            self._show_trouble(str(check))
            return
        # Whoever fills the form is asked about failed starts, and about room; nothing else can be passed.
        firm = [each for each in check.objections if each.code is not Code.CRASH_LOOP]
        room_only = bool(firm) and all(each.code in ROOM_CODES for each in firm)
        if not firm or (room_only and (request.queue or check.candidates)):
            self.dismiss((request, check))
        else:
            self._show(check, asked=True)
            first = check.objections[0].field
            for widget in self.query(f"#{first}") if first else ():
                widget.focus()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leaves without a spawn."""
        self.dismiss(None)


def _choice(name: str, options: Iterable[tuple[str, str]], value: str) -> Select[str]:
    """One of several (label, value), of which one is always chosen."""
    return Select(options, value=value, allow_blank=False, id=name)
