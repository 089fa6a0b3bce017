"""A heartbeat as data: what it would do, and what it did."""

from collections.abc import Mapping

from msgspec import Struct

from swarm.errors import Code
from swarm.model.beat import ActionKind, Performed
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Ref
from swarm.model.snapshot import Slots


class Action(Struct, frozen=True):
    """One step of a plan. `key` names it, so that an operator who rehearses can leave it out."""

    kind: ActionKind
    agent: str
    spawn_id: str
    reason: str
    cause: AlertCause | None = None
    """Of an alert; of a kill, where it is for a limit and not for silence."""
    ending: Ending | None = None
    """Of a free: how the agent ended."""
    role: str = ""
    """Of a spawn or a schedule, done or skipped."""
    delay: Code | None = None
    """Of a skip or a wake."""
    put_off: bool = False
    """Of a skipped schedule: it stays due until it has run."""
    once: str = ""
    """Of a warning: what the record keeps of it, so that it is given once."""
    subtree: tuple[str, ...] = ()
    """Who goes down with it."""

    @property
    def ref(self) -> Ref:
        """The spawn that the plan saw."""
        return Ref(self.agent, self.spawn_id)

    @property
    def code(self) -> str:
        """What it is about, in the one word that records and `--json` show."""
        return self.cause or self.ending or self.delay or self.role

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.agent}:{self.code}"


class Plan(Struct, frozen=True):
    """A heartbeat before it happens."""

    n: int
    actions: tuple[Action, ...]
    counts: Mapping[str, int]
    """Agents by state."""
    slots: Slots
    gap: str = ""
    """Not empty: time has a hole, so this heartbeat investigates and never kills."""


class Executed(Struct):
    """What a heartbeat did of its plan."""

    actions: list[Performed] = []
    alerts: list[Alert] = []
    investigated: dict[str, int] = {}
    """By id: the number of the investigation."""
    asked: list[Ref] = []
    """Whose acceptance checks are to be run."""
    collected: set[str] = set()
    warned: dict[str, list[str]] = {}
    """By id: what it was told (`Action.once`)."""
    put_off: set[str] = set()
    """Roles of the schedule whose turn it was, and that stay due."""
    killed: int = 0

    def note(self, action: Action, did: ActionKind, reason: str) -> None:
        """Adds a line to the heartbeat's record."""
        self.actions.append(Performed(action.agent, action.spawn_id, did, reason, action.code))

    def say(self, action: Action, cause: AlertCause, text: str) -> None:
        """Adds an alert, which is raised with the record."""
        self.alerts.append(Alert(action.agent, cause, text, action.spawn_id))
