"""The results inbox: what each agent that reported or ended left, against what was promised, and who has seen to it."""

from msgspec import Struct

from swarm.model.health import Health
from swarm.model.review import Dispute, Review


class Promise(Struct, frozen=True):
    """An output that was promised, and how many files there are for it."""

    what: str
    """A pattern of the spec, or a path that the results name; cleaned."""
    files: int
    declared: bool
    """By the spec; otherwise by the results themselves."""


class ResultsEntry(Struct, frozen=True):
    """One agent in the results inbox. Texts are cleaned for screens; `read` prints results whole."""

    agent: str
    spawn_id: str
    role: str
    state: Health
    why: str
    """The verdict's words."""
    at: float | None
    """Wall seconds at which it ended, or wrote its results."""
    status: str = ""
    """What the results say of themselves; '' where there are none."""
    summary: str = ""
    reader: str = ""
    """Who is to read them: its parent, or the nearest one above that lives; '' where no engine spawned it."""
    unread_beats: int | None = None
    """Heartbeats for which they have waited; None where they were read, or none has seen them."""
    read_at: float | None = None
    """Wall seconds."""
    read_by: str = ""
    promises: tuple[Promise, ...] = ()
    outcomes: tuple[tuple[str, bool | None], ...] = ()
    """The spec's acceptance and whether it is reached: by its check, else by the agent's own word; None: not said."""
    disputes: tuple[Dispute, ...] = ()
    """What speaks against them, and is not settled."""
    review: Review | None = None
    """What was decided about them; None where nobody has."""
    tagged: str = ""
    """Why a text of it looks like an order to its reader; '' where none does."""

    @property
    def is_unread(self) -> bool:
        """Whether nobody has read them, or seen that there are none, who is to."""
        return self.read_at is None and bool(self.reader)

    @property
    def kept(self) -> int:
        """How many promises there are files for."""
        return sum(each.files > 0 for each in self.promises)

    @property
    def reached(self) -> int:
        """How many outcomes are reached."""
        return sum(passed is True for _, passed in self.outcomes)
