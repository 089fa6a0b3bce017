"""The screen that handlers work with: the targets of an act, calls of the engine, dialogs and messages."""

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.model.beat import ActionKind, Beat
from swarm.model.health import Verdict
from swarm.model.record import Ref
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.sanitize import clean
from swarm_tui.app import theme
from swarm_tui.app.act import Act, Group
from swarm_tui.app.actions import ACTS
from swarm_tui.app.capabilities import Where
from swarm_tui.app.deliveries import Deliveries
from swarm_tui.app.keys import KeyNames
from swarm_tui.app.screens.view_controls import LookingScreen
from swarm_tui.app.undo import Deed, Inverse, Undo
from swarm_tui.terminal.key_order import Opening
from widgets.detail_head import Tab

if TYPE_CHECKING:
    from widgets.confirm import AgentTarget

T = TypeVar("T")
MOST_SENTENCES = 5
Severity = Literal["information", "warning", "error"]


class Host(Protocol):
    """The app, as screens see it."""

    signature: str
    """How the ledger names this control room."""
    owns_heartbeat: bool
    """The automatic heartbeat of the home is ours."""

    def begin(self) -> None:
        """Shows the first snapshot and starts the threads."""
        ...

    def in_thread(self, work: Callable[[], T], finish: Callable[[T | SwarmError], None]) -> None:
        """Runs work of the engine in a thread; `finish` gets the result or the error on the screen's thread."""
        ...

    def opening(self, what: str) -> Opening:
        """Lets keys wait for what is opened as soon as the engine has answered."""
        ...

    def look_soon(self) -> None:
        """A scan now, not at the next second."""
        ...

    def want_detail(self, view: AgentView | None, tab: Tab) -> None:
        """Has the loader read for this agent and tab."""
        ...

    def keep(self, **changed: str | bool) -> None:
        """Keeps settings that the operator changed with keys for the next room: by name, what holds now."""
        ...

    def copy(self, text: str, what: str) -> None:
        """Hands a text to the clipboard, and says what is known of whether it got there. what: what it is."""
        ...

    def leave(self, status: int = 0) -> None:
        """Ends the control room. Agents go on."""
        ...

    def suspend_for(self, command: list[str], words: str) -> None:
        """Gives the terminal to a program until it ends."""
        ...


class ActingScreen(LookingScreen):
    """What the acts of the table work with. The control room adds layout, keys, and the way of a snapshot."""

    def __init__(self, swarm: Swarm, host: Host, acts: tuple[Act, ...] = ACTS) -> None:
        super().__init__(KeyNames(acts))
        self.swarm = swarm
        self.host = host
        self.acts = acts
        """The table, with this operator's keys."""
        self.act_named = {act.name: act for act in acts}
        self.snapshot = Snapshot(0, home=str(swarm.home.layout.root))
        self.verdicts: dict[str, Verdict] = {}
        self.now = Now(0.0, 0.0)
        self.expected = ""
        """The agent that gets the cursor as soon as it is seen."""
        self.picked: tuple[str, ...] = ()
        """The acts that were picked in the palette last, the newest first."""
        self.deliveries = Deliveries()
        self.undo = Undo()
        self._beating = 0

    # -- the targets of an act -----------------------------------------------------------------------------------

    def where(self) -> Where:
        """What an act would work on now."""
        pulse = self.snapshot.pulse
        view = self.agents.cursor_view
        keys = self.agents.targets if self.agents.marks else ()
        return Where(
            self.snapshot,
            pulse.access,
            pulse.access_why or pulse.access.value,
            agent=view,
            verdict=self.verdicts.get(view.id) if view is not None else None,
            marked=tuple(found for key in keys if (found := self.agents.view_of(key)) is not None),
            beating=self._beating > 0,
            policy=self.swarm.home.policy,
            hidden=self._hidden(),
            no_undo=self.undo.why_not(self.now.awake),
            on_context=self.agents.on_context,
            at_alerts=self.alerts.has_focus,
            key_of=self.key_of,
        )

    def _hidden(self) -> tuple[tuple[AgentView, str], ...]:
        found = ((self.agents.view_of(key), why) for key, why in self.agents.hidden_marks)
        return tuple((view, why) for view, why in found if view is not None)

    def goes_on_with(self, act: Act) -> None:
        """The operator does something else: nothing leads the cursor away from here later."""
        self.expected = ""
        if act.group is Group.AGENTS or act.name in ("open", "mark"):
            self.agents.stay()

    @property
    def writable(self) -> bool:
        """A heartbeat may be started from here, now or when the running one is over."""
        return not self.act_named["beat"].disabled_reason(self.where()) or self._beating > 0

    def words_for(self, view: AgentView) -> str:
        """An agent in one line: id, state, why."""
        verdict = self.verdicts.get(view.id)
        return f"{view.id}  {verdict.state.value}: {verdict.why}" if verdict is not None else view.id

    def target_of(self, view: AgentView) -> "AgentTarget":
        """An agent as dialogs name it."""
        from widgets.confirm import AgentTarget

        verdict = self.verdicts.get(view.id)
        state, age = (verdict.state.value, verdict.age) if verdict is not None else ("", None)
        unseen = any(hidden.ref == view.ref for hidden, _ in self._hidden())
        return AgentTarget(view.id, view.spawn_id, f"{state}, not on the screen" if unseen else state, age)

    def sure_of_hidden(self, act: Act, where: Where, go_on: Callable[[], None]) -> None:
        """Goes on with an act; asks first where it would reach marked agents that the list does not show.

        Not for acts that list their targets themselves.
        """
        if not where.hidden or act.lists_targets(len(where.targets)):
            go_on()
            return
        self.ask(
            f"Of {len(where.targets)} marked, {len(where.hidden)} not on the screen. Go on with all of them?",
            lambda *, yes: go_on() if yes else None,
            targets=tuple(self.target_of(view) for view, _ in where.hidden),
            notes=(f"What is asked for: {act.title}.",),
            yes="Go on",
        )

    def hidden_words(self, refs: Container[Ref]) -> tuple[str, ...]:
        """Says of which of these marked agents no row is on the screen, and why, a sentence each."""
        found = [(view, why) for view, why in self._hidden() if view.ref in refs]
        said = tuple(f"{clean(view.id, 200)} is not on the screen: {why}." for view, why in found[:MOST_SENTENCES])
        more = len(found) - len(said)
        return (*said, f"{more} more are not on the screen.") if more else said

    # -- asking the engine ---------------------------------------------------------------------------------------

    def perform(
        self,
        what: str,
        work: Callable[[], T],
        then: Callable[[T], object] | None = None,
        *,
        beating: bool = False,
        opens: bool = False,
    ) -> None:
        """Does work of the engine in a thread; `then` gets its result on the screen's thread. Errors are shown.

        opens: it only looks, and `then` opens something to type in or to answer: keys wait for that.
        """
        self._beating += beating
        opening = self.host.opening(what) if opens else None

        def finish(result: "T | SwarmError") -> None:
            self._beating -= beating
            given_up = opening is not None and opening.given_up
            if isinstance(result, SwarmError):
                self.show_error(what, result)
            elif then is not None and not given_up:
                then(result)
            if opening is not None:
                opening.done()
            self.host.look_soon()

        self.host.in_thread(work, finish)

    # -- what was done -------------------------------------------------------------------------------------------

    def did(self, words: str, inverse: Inverse) -> None:
        """Says what was done, and for how long it can be taken back."""
        self.undo.add(Deed(words, self.now.awake, inverse))
        self.say(f"{words}; {self.key_of('undo')} takes it back")

    def did_for_good(self, words: str, why: str) -> None:
        """Remembers an act that no key takes back. why: in a sentence, with what to do instead."""
        self.undo.add(Deed(words, self.now.awake, why_final=why))

    # -- messages and dialogs ------------------------------------------------------------------------------------

    def say(self, text: str, *, severity: Severity = "information") -> None:
        """A toast: plain text, never markup."""
        self.notify(clean(text, 500), severity=severity, markup=False)

    def show_error(self, what: str, error: SwarmError) -> None:
        """Shows what went wrong, and what to do."""
        words = " ".join(part for part in (error.detail, error.hint) if part)
        self.notify(
            clean(words, 700), title=clean(f"{what}: {error.title}", 200), severity="error", markup=False, timeout=12
        )

    def ask(
        self,
        title: str,
        answered: Callable[..., None],
        *,
        targets: "tuple[AgentTarget, ...]" = (),
        subtree: "tuple[AgentTarget, ...]" = (),
        notes: tuple[str, ...] = (),
        yes: str = "Yes",
        danger: bool = False,
        typed: str = "",
    ) -> None:
        """A dialog whose default is no; `answered(yes=...)` gets the answer."""
        from widgets.confirm import Confirm, Question, TypedConfirm

        notes = (*self.hidden_words({Ref(target.agent, target.spawn_id) for target in targets}), *notes)
        question = Question(title, targets, subtree, notes, yes=yes, danger=danger)
        dialog = TypedConfirm(question, typed) if typed else Confirm(question)
        self.app.push_screen(dialog, lambda answer: answered(yes=bool(answer)))

    def beaten(self, beat: Beat) -> None:
        """Says what a heartbeat did."""
        acts = len([action for action in beat.actions if action.action not in (ActionKind.SKIP, ActionKind.NOTE)])
        words = f"heartbeat {beat.n}: {acts} act{'s' if acts != 1 else ''}, {'passed' if beat.passed else 'not passed'}"
        self.say(words, severity="information" if beat.passed else "warning")

    # -- what is shown -------------------------------------------------------------------------------------------

    def expect(self, agent_id: str) -> None:
        """The cursor goes to this agent as soon as it is seen."""
        self.expected = agent_id

    def next_theme(self) -> None:
        """Changes to the next theme."""
        self.app.theme = theme.next_theme(self.app.theme)
        self.host.keep(theme=self.app.theme)
        self.say(f"theme {self.app.theme}")
