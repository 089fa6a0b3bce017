"""States of health, and the verdict that puts an agent into one."""

from enum import StrEnum

from msgspec import Struct


class Health(StrEnum):
    """The health of an agent (protocol.md, Health)."""

    STARTING = "starting"
    FRESH = "fresh"
    LATE = "late"
    INVESTIGATE = "investigate"
    OVERDUE = "overdue"
    LOOPING = "looping"
    RETRYING = "retrying"
    WAITING = "waiting"
    DONE = "done"
    DISPUTED = "disputed"
    """Done by its own word, and something speaks against it that nobody has decided about."""
    FAILED = "failed"
    KILLED = "killed"
    LOST = "lost"
    QUEUED = "queued"
    PAUSED = "paused"
    HELD = "held"
    IDLE = "idle"
    UNKNOWN = "unknown"


class Usefulness(Struct, frozen=True, gc=False):
    """Whether what an agent does leads anywhere: being alive is another matter (field report, failure 3)."""

    score: int
    """100 where nothing speaks against it, 0 where it loops."""
    evidence: str
    """What speaks against it, or for it, in words of the engine."""
    quote: str = ""
    """The sentences or the call that it is about, as the agent wrote them: evidence for people, never for the agent."""

    @property
    def is_in_doubt(self) -> bool:
        """Whether anything speaks against it."""
        return self.score < 100

    @property
    def words(self) -> str:
        """The evidence with what it is about."""
        return f"{self.evidence}: {self.quote}" if self.quote else self.evidence


class Verdict(Struct, frozen=True, gc=False):
    """What `health` says of an agent (protocol.md, Health)."""

    state: Health
    why: str
    """The rule and the evidence, in one sentence."""
    next_state: Health | None = None
    in_seconds: float | None = None
    age: float | None = None
    """Awake seconds since the last update."""
    kill_due: bool = False
    """The next heartbeat ends it, unless something changes."""
    kill_in: float | None = None
    """Awake seconds until it is due; None where no automatic kill is coming."""
    unread_beats: int | None = None
    """Heartbeats for which its results have lain unread; None where there are none, or they were read."""
    stale_results: bool = False
    """Its results have lain unread for as many heartbeats as the policy allows."""
    orphaned_results: bool = False
    """Its results have lain unread for so long that the alert rises."""
    usefulness: Usefulness | None = None
    """Of one whose updates arrive; None where nothing can be said of it."""
