"""Causes of alerts and codes of problems, with what the engine does about each."""

from enum import Enum, StrEnum
from typing import Self

from swarm.model.open_enum import OpenEnum


class Course(Enum):
    """How an alert goes on after it was raised."""

    LASTS = "lasts"
    """A condition: an acknowledged alert stays so while it lasts, and the heartbeat that finds it over clears it."""
    RECURS = "recurs"
    """An event that can recur: each time opens an acknowledged alert again."""
    RENEWS = "renews"
    """Something that happened: it stays, and another text of it opens an acknowledged alert again."""
    STAYS = "stays"
    """Something that happened: it stays until a person acknowledges it, or the code that raised it clears it."""


class Severity(StrEnum):
    """How bad it is. The words are the roles of the theme's colours."""

    WARNING = "warning"
    DANGER = "danger"


class AlertCause(OpenEnum):
    """Why an alert is raised. The words stand in the ledger, in events.jsonl and in `--json`."""

    course: Course
    """How its alert goes on. One that a newer version raised stays: a person has to judge it."""
    severity: Severity

    def __new__(cls, word: str, course: Course = Course.STAYS, severity: Severity = Severity.WARNING) -> Self:
        cause = str.__new__(cls, word)
        cause._value_, cause.course, cause.severity = word, course, severity
        return cause

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        unknown = super()._missing_(value)
        if unknown is not None:
            unknown.course, unknown.severity = Course.STAYS, Severity.WARNING
        return unknown

    # ends and what is left of them
    FAILED = "failed", Course.STAYS, Severity.DANGER
    LOST = "lost", Course.STAYS
    KILLED = "killed", Course.RECURS
    KILL_BLOCKED = "kill-blocked", Course.LASTS
    UNVERIFIED = "unverified", Course.LASTS, Severity.DANGER
    CRASH_LOOP = "crash-loop", Course.STAYS
    IMPOSTOR = "impostor", Course.RECURS, Severity.DANGER
    """A process inside an agent acted as another, or as the operator, and was refused."""
    OUTSIDE = "outside", Course.RENEWS
    TRESPASS = "trespass", Course.RENEWS, Severity.DANGER
    LEFT_BEHIND = "left-behind", Course.STAYS
    # life and results
    INVESTIGATE = "investigate", Course.LASTS
    LOOPING = "looping", Course.LASTS, Severity.DANGER
    RETRYING = "retrying", Course.LASTS
    WAITING = "waiting", Course.LASTS
    HOLD_EXPIRED = "hold-expired", Course.RECURS
    RESULTS_UNREAD = "results-unread", Course.LASTS
    RESULTS_ORPHANED = "results-orphaned", Course.LASTS, Severity.DANGER
    """It takes the place of RESULTS_UNREAD where nobody has read them for long."""
    RESULTS_INVALID = "results-invalid", Course.LASTS
    ACCEPTANCE = "acceptance", Course.RECURS
    REGRESSION = "regression", Course.RECURS, Severity.DANGER
    """The check of an outcome fails that had passed."""
    DISPUTED = "disputed", Course.LASTS, Severity.DANGER
    """Results that say success, and something speaks against them."""
    ROOT_FAILED = "root-failed", Course.STAYS
    ROOT_TIMEOUT = "root-timeout", Course.STAYS
    # limits
    LIMIT = "limit", Course.RECURS
    LIMIT_NEAR = "limit-near", Course.LASTS
    SWARM_LIMIT = "swarm-limit", Course.LASTS
    """It stands while the swarm is over its limit: as long, nothing is spawned."""
    PRICE_UNKNOWN = "price-unknown", Course.LASTS
    OVER_BUDGET = "over-budget", Course.LASTS
    RESERVE = "reserve", Course.LASTS
    """It stands while slots of the reserve are in use."""
    SCHEDULE = "schedule", Course.LASTS
    """A role of the schedule cannot run at all."""
    SERVICE = "service", Course.LASTS
    """It stands while the model service refuses the swarm: as long, nothing is spawned."""
    DISK = "disk", Course.LASTS, Severity.DANGER
    """It stands while the disk is full: as long, nothing is started."""
    DISK_NEAR = "disk-near", Course.LASTS
    """The disk will be full soon."""
    POLICY = "policy", Course.LASTS, Severity.DANGER
    """It stands while swarm.toml is wrong: as long, its last right settings hold, and no agent is started."""
    NOT_STARTED = "not-started", Course.LASTS, Severity.DANGER
    """Nothing of the queue can be started, for a reason that all of it shares: a full disk, a program that is gone."""
    GIVEN_UP = "given-up", Course.LASTS, Severity.DANGER
    """Agents have waited for their service for so long that a person decides what becomes of them."""
    NOTIFY = "notify", Course.STAYS
    """The operator cannot be told: a target, the ping or a command on an event fails."""
    # the heartbeat and the ledger
    HEART_STOPPED = "heart-stopped", Course.LASTS, Severity.DANGER
    """No heartbeat comes any more. Found at every look, and never in the ledger: no process is there to write it."""
    GAP = "gap", Course.RECURS
    ACTION = "action", Course.RECURS
    """Something that the engine began went wrong."""
    STATE_REPAIRED = "state-repaired", Course.RECURS
    VALUE_REFUSED = "value-refused", Course.RECURS
    LEDGER_REBUILT = "ledger-rebuilt", Course.RECURS
    LEDGER_WENT_BACK = "ledger-went-back", Course.RECURS
    LOCKS = "locks", Course.RECURS
    LOCK_MISSING = "lock-missing", Course.RECURS
    AUDIT_GAP = "audit-gap", Course.RECURS
    # problems that a scan found: the words of ProblemCode
    BAD_NAME = "bad-name", Course.LASTS
    CLOCK = "clock", Course.LASTS
    INPUT = "input", Course.LASTS
    DIRECTORY_MISSING = "directory-missing", Course.LASTS
    FUTURE_MTIME = "future-mtime", Course.LASTS
    GHOST = "ghost", Course.LASTS
    INJECTION = "injection", Course.RENEWS
    INBOX_INJECTION = "inbox-injection", Course.RENEWS
    KEEPER = "keeper", Course.LASTS
    LINK = "link", Course.LASTS
    MCP = "mcp", Course.LASTS
    MISSPELT = "misspelt", Course.LASTS
    MODEL = "model", Course.LASTS
    MOVED = "moved", Course.LASTS
    RECORD_MISSING = "record-missing", Course.LASTS
    SPEC_INVALID = "spec-invalid", Course.LASTS
    ROLE_FILES = "role-files", Course.RENEWS
    ROLE_UNREAD = "role-unread", Course.LASTS
    SAME_FILE = "same-file", Course.LASTS
    STRANGER = "stranger", Course.LASTS
    TIER = "tier", Course.LASTS
    STRAY = "stray", Course.LASTS
    TURN_FAILED = "turn-failed", Course.LASTS
    TWIN = "twin", Course.LASTS
    UNREADABLE = "unreadable", Course.LASTS
    WORKTREE = "worktree", Course.LASTS


class ProblemCode(StrEnum):
    """What a scan finds wrong. The words stand in `--json` and on the row of the agent."""

    BAD_NAME = "bad-name"
    CLOCK = "clock"
    DENIED = "denied"
    DISK = "disk"
    """It took a good part of a disk that is full, or will be soon."""
    DIRECTORY_MISSING = "directory-missing"
    FUTURE_MTIME = "future-mtime"
    GHOST = "ghost"
    """It runs without having been spawned through the engine."""
    INJECTION = "injection"
    """A text of it, or one that it read, gives orders to its reader."""
    INBOX_INJECTION = "inbox-injection"
    """A note that no verb left in its inbox gives it orders: the agent has written nothing of it."""
    INPUT = "input"
    """What it was spawned to read is gone, renamed or empty."""
    KEEPER = "keeper"
    """Its supervisor is gone, and its program goes on."""
    LINK = "link"
    MCP = "mcp"
    """A server of its tools failed."""
    MISSPELT = "misspelt"
    MODEL = "model"
    """Another model answers than was ordered."""
    MOVED = "moved"
    """The home was moved or copied under it."""
    OUTSIDE = "outside"
    """It wrote outside of its scope."""
    OVER_BUDGET = "over-budget"
    PROGRAM = "program"
    """What else its program noted."""
    RECORD_MISSING = "record-missing"
    RESULTS_INVALID = "results-invalid"
    ROLE_FILES = "role-files"
    """Shared rules or roles were changed while agents ran that were spawned under them."""
    ROLE_OUTDATED = "role-outdated"
    """It was spawned under another text of its role or the shared rules than there is now."""
    ROLE_UNREAD = "role-unread"
    """It works without having read the shared rules or its role."""
    SAME_FILE = "same-file"
    """Another agent changes the same file: in its own worktree of the repository, or at the same time in the home."""
    SPEC_INVALID = "spec-invalid"
    STAMPS = "stamps"
    """No stamp of its progress.md can be read."""
    STRANGER = "stranger"
    TIER = "tier"
    """It runs another model than the rest of the swarm."""
    STRAY = "stray"
    """A process of a coding agent that the ledger does not know."""
    TRESPASS = "trespass"
    """It writes into what another agent owns."""
    TURN_FAILED = "turn-failed"
    """The last turn of its program failed, and none has begun since."""
    TWIN = "twin"
    UNREADABLE = "unreadable"
    UNWATCHED = "unwatched"
    """The home has more files than can be watched for who writes them."""
    UNREPORTED = "unreported"
    """What it reported could not be written."""
    WORKTREE = "worktree"
    """Its worktree cannot be looked at, or is gone."""

    @property
    def is_note(self) -> bool:
        """No person needs to see to it."""
        return self in _NOTES

    @property
    def alert(self) -> AlertCause | None:
        """The alert that a heartbeat raises for it; None where it needs no person, or where another rule raises one."""
        return None if self in _WITHOUT_ALERT else AlertCause(self.value)


_NOTES = frozenset(
    {
        ProblemCode.CLOCK,
        ProblemCode.FUTURE_MTIME,
        ProblemCode.STAMPS,
        ProblemCode.DENIED,
        ProblemCode.PROGRAM,
        ProblemCode.ROLE_OUTDATED,
    }
)
_WITHOUT_ALERT = frozenset(
    {
        ProblemCode.RESULTS_INVALID,
        ProblemCode.OVER_BUDGET,
        ProblemCode.STAMPS,
        ProblemCode.DENIED,
        ProblemCode.PROGRAM,
        ProblemCode.DISK,
        ProblemCode.UNREPORTED,
        ProblemCode.UNWATCHED,
        ProblemCode.ROLE_OUTDATED,
    }
)
