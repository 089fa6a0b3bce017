"""The screen that handlers work with: the targets of an act, calls of the engine, dialogs and messages."""

from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.model.beat import ActionKind, Beat
from swarm.model.health import Verdict
from swarm.model.record import Alert
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.sanitize import clean
from swarm_tui.app import theme
from swarm_tui.app.actions import ACTS, Act
from swarm_tui.app.capabilities import Where
from swarm_tui.app.deliveries import Deliveries
from swarm_tui.app.screens.view_controls import LookingScreen
from swarm_tui.terminal.key_order import Opening
from widgets.confirm import AgentTarget, Confirm, Question, TypedConfirm
from widgets.detail_head import Tab

T = TypeVar("T")
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
        super().__init__()
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
        self._beating = 0

    # -- the targets of an act -----------------------------------------------------------------------------------

    def where(self) -> Where:
        """What an act would work on now."""
        pulse = self.snapshot.pulse
        view = self.agents.cursor_view
        marked = tuple(found for key in self.agents.targets if (found := self.agents.view_of(key)) is not None)
        return Where(
            self.snapshot,
            pulse.access,
            pulse.access_why or pulse.access.value,
            agent=view,
            verdict=self.verdicts.get(view.id) if view is not None else None,
            marked=marked if self.agents.marks else (),
            beating=self._beating > 0,
            policy=self.swarm.home.policy,
        )

    @property
    def writable(self) -> bool:
        """A heartbeat may be started from here, now or when the running one is over."""
        return not self.act_named["beat"].disabled_reason(self.where()) or self._beating > 0

    def words_for(self, view: AgentView) -> str:
        """An agent in one line: id, state, why."""
        verdict = self.verdicts.get(view.id)
        return f"{view.id}  {verdict.state.value}: {verdict.why}" if verdict is not None else view.id

    def target_of(self, view: AgentView) -> AgentTarget:
        """An agent as dialogs name it."""
        verdict = self.verdicts.get(view.id)
        state, age = (verdict.state.value, verdict.age) if verdict is not None else ("", None)
        return AgentTarget(view.id, view.spawn_id, state, age)

    def alerts_in_question(self) -> tuple[Alert, ...]:
        """The alert under the cursor of the alerts, else the open ones of the agents in question, else all."""
        if self.alerts.has_focus and self.alerts.current is not None:
            return (self.alerts.current,)
        waiting = tuple(alert for alert in self.snapshot.alerts if alert.acked_at is None)
        ids = {view.id for view in self.where().targets}
        return tuple(alert for alert in waiting if alert.agent in ids) or waiting

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
        targets: tuple[AgentTarget, ...] = (),
        subtree: tuple[AgentTarget, ...] = (),
        notes: tuple[str, ...] = (),
        yes: str = "Yes",
        danger: bool = False,
        typed: str = "",
    ) -> None:
        """A dialog whose default is no; `answered(yes=...)` gets the answer."""
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
