"""The spawn form: three fields of a spec first, then all others, checked against disk and slots while one types."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Checkbox, Input, Select, Static, TextArea

from swarm.errors import Code, SwarmError
from swarm.formatting import plural
from swarm.model.agent import AgentSpec
from swarm.model.requests import SpawnCheck, SpawnRequest
from swarm.sanitize import clean
from swarm_tui.app.screens.spawn_boxes import Programs, show_refusals
from swarm_tui.app.screens.spawn_fields import SpawnFields
from swarm_tui.app.screens.spawn_words import FIRST, LABELS, ROOM_CODES, Refusal, ordered, refusals
from widgets.answer import Answer
from widgets.own_keys import keys_of

Checker = Callable[[SpawnRequest], SpawnCheck]
DEBOUNCE_SECONDS = 0.25
NEEDED = ("name", "task", "command")
"""What is empty at first, and is asked for, not refused, until it was written in."""


class SpawnForm(SpawnFields):
    """Asks for a spawn; dismissed with the request and its last check, or None."""

    CSS_PATH = "spawn_form.tcss"
    AUTO_FOCUS = "#name"
    FRESH_KEYS = frozenset()
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "submit", "spawn", priority=True),
        Binding("ctrl+o", "more", "all fields", priority=True),
    ]

    def __init__(
        self,
        roles: list[str],
        parents: list[str],
        parent: str,
        check: Checker,
        like: AgentSpec | None = None,
        programs: Programs | None = None,
    ) -> None:
        """parents: whom it may stand below, the root first. parent: the one of them that is meant at first."""
        super().__init__(roles, parents, parent, like, programs or Programs())
        self._checker = check
        self._debounce: Timer | None = None
        self._generation = 0
        self._found: tuple[Refusal, ...] = ()
        """What speaks against it now."""
        self._said: tuple[Content, ...] = ()
        """What else the last check said."""
        self._leaves = False

    def on_mount(self) -> None:
        self._blank = self._values()
        if self._like.spec is not None and self._gives_more():
            self._open(True)
        self._edited()

    # -- checking while it is typed ------------------------------------------------------------------------------

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    def _edited(self) -> None:
        takes = self._programs.take_command(self._text("program")) or bool(self._text("command"))
        self.query_one("#runs").set_class(takes, "-command")
        self._sum_up()
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(DEBOUNCE_SECONDS, self._start_check)

    def _sum_up(self) -> None:
        """What stands below `more`, while that is shut."""
        opened = self.has_class("-more")
        self.query_one("#more", Answer).words = "less" if opened else "more"
        words = f"{self._text('role')} below {clean(self._text('parent'), 200)}"
        self.query_one("#summary", Static).update(Content("" if opened else words))

    def _start_check(self) -> None:
        self._generation += 1
        self._check(partial(self._arrive, self._generation))

    def _check(self, finish: Callable[[SpawnRequest, SpawnCheck | SwarmError], None]) -> None:
        """Has what the fields say checked in a thread; `finish` gets the request and the answer."""
        request = self.request()

        def work() -> None:
            try:
                answer: SpawnCheck | SwarmError = self._checker(request)
            except SwarmError as error:
                answer = error
            if self.is_attached:
                self.app.call_from_thread(finish, request, answer)

        self.run_worker(work, thread=True, group="check", exit_on_error=False)

    def _arrive(self, generation: int, request: SpawnRequest, answer: SpawnCheck | SwarmError) -> None:
        # Else the fields were edited since; or it was left: what is in it goes before the form itself does.
        if generation == self._generation and self in self.app.screen_stack:
            self._show(request, answer)

    def _show(self, request: SpawnRequest, answer: SpawnCheck | SwarmError, *, asked: bool = False) -> None:
        """Says what a check found, at its fields and below. asked: the spawn was wanted: every field had its time."""
        own = self._own_refusals()
        if isinstance(answer, SwarmError):
            found, self._said = [Refusal("", answer.title, f"{answer.detail} {answer.hint}")], ()
        else:
            takes_command = self._programs.take_command(self._text("program"))
            mine = {each.field for each in own}
            found = [each for each in refusals(answer, request, takes_command, keys_of(self)) if each.field not in mine]
            self._said = self._said_of(answer)
        waits = [
            each.field
            for each in (*own, *found)
            if not asked and each.field in NEEDED and self._untouched(each.field) and not self._text(each.field).strip()
        ]
        self._found = tuple(each for each in (*own, *found) if each.field not in waits)
        if waits:
            words = f"  still to be filled in: {', '.join(dict.fromkeys(waits))}"
            self._said = (Content.styled(words, "$muted"), *self._said)
        fresh = [each for each in self._found if each.field in LABELS and each.field not in (*FIRST, "env")]
        if any(not self._field(each.field).has_class("-refused") for each in fresh):
            self._open(True)
        for name in self._blank:
            show_refusals(self._field(name), [each for each in self._found if each.field == name])
        self._show_verdict()

    def _said_of(self, check: SpawnCheck) -> tuple[Content, ...]:
        lines = [Content.assemble(("▲ ", "$warning"), clean(warning)) for warning in check.warnings]
        if not check.objections:
            words = f"{clean(check.agent)} takes {plural(check.slots, 'slot')}; {check.free_after} free after it"
            lines.insert(0, Content.assemble(("✔ ", "$good"), words))
        elif self._only_room(check) and check.candidates:
            lines.insert(0, Content("There is no room: spawning asks who is to be ended for it."))
        return tuple(lines)

    def on_descendant_focus(self) -> None:
        self._show_verdict()

    def _show_verdict(self) -> None:
        """All that is to be said, what concerns the field with the focus first."""
        at = self.focused.id if self.focused is not None else ""
        told = [Content.assemble(("✖ ", "$danger"), each.whole) for each in ordered(self._found, at or "")]
        # That a lack of room can be mended is said before what else there is.
        lines = [*self._said, *told] if all(each.code in ROOM_CODES for each in self._found) else [*told, *self._said]
        self.query_one("#verdict", Static).update(Content("\n").join(lines))

    @staticmethod
    def _only_room(check: SpawnCheck) -> bool:
        return all(objection.code in ROOM_CODES for objection in check.objections)

    # -- keys ----------------------------------------------------------------------------------------------------

    def given(self, answer: str) -> None:
        if answer == "more":
            self.action_more()
        else:
            self.action_submit()

    def action_more(self) -> None:
        """Opens the fields below the first three, or shuts them."""
        opens = not self.has_class("-more")
        self._open(opens)
        field = self._field("role" if opens else "name")
        self.set_focus(field)  # at once: the next key is meant for it
        self.call_after_refresh(field.scroll_visible, animate=False)  # only then it has a place

    def _open(self, opened: bool) -> None:
        self.set_class(opened, "-more")
        self.query_one("#below").display = opened
        self._sum_up()

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and from the last of the first three to the answer."""
        if event.input.id == "command" and not self.has_class("-more"):
            self.query_one("#yes", Answer).focus()
        else:
            self.focus_next()

    # -- leaving -------------------------------------------------------------------------------------------------

    def action_submit(self) -> None:
        """Spawns where nothing but a lack of room speaks against it."""
        self._check(self._finish)

    def _finish(self, request: SpawnRequest, check: SpawnCheck | SwarmError) -> None:
        if self._leaves:
            return  # ctrl-g was pressed twice
        if isinstance(check, SwarmError) or self._own_refusals():
            self._show(request, check, asked=True)
            self._go_to_refused()
            return
        # Whoever fills the form is asked about failed starts, and about room; nothing else can be passed.
        firm = [each for each in check.objections if each.code is not Code.CRASH_LOOP]
        room_only = bool(firm) and all(each.code in ROOM_CODES for each in firm)
        if not firm or (room_only and (request.queue or check.candidates)):
            self._leaves = True
            self.dismiss((request, check))
        else:
            self._show(request, check, asked=True)
            self._go_to_refused()

    def _go_to_refused(self) -> None:
        """Gives the focus to the first field that something speaks against."""
        for name in self._blank:
            if any(each.field == name for each in self._found):
                self._field(name).focus()
                return
