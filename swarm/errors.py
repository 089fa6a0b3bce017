"""The errors of the engine, which say what happened and what to do."""

from enum import StrEnum


class Code(StrEnum):
    """The stable word of an error, or of why a start is put off: scripts read it (`--json`), the audit log keeps it,
    callers decide on it.
    """

    ACCEPTANCE = "acceptance"
    ALLOCATION = "allocation"
    """The role holds all that it may."""
    AMBIGUOUS = "ambiguous"
    ATTACH = "attach"
    BRIEF = "brief"
    BUDGET = "budget"
    BUSY = "busy"
    CHANNEL = "channel"
    CONFLICT = "conflict"
    """Two branches changed the same lines."""
    CRASH_LOOP = "crash-loop"
    DAMAGED = "damaged"
    DEPTH = "depth"
    DISK = "disk"
    """The disk failed, and is not full."""
    ENDED = "ended"
    EXISTS = "exists"
    FAILED = "failed"
    FOREIGN = "foreign"
    FULL = "full"
    GIT = "git"
    """git failed."""
    HALF_PERIOD = "half-period"
    HEARTBEAT_RUNNING = "heartbeat-running"
    HIERARCHY = "hierarchy"
    HOME = "home"
    HOOK = "hook"
    INPUT = "input"
    INTERNAL = "internal"
    INVALID = "invalid"
    LIMIT = "limit"
    """The swarm has reached its limit."""
    LOCK_MISSING = "lock-missing"
    MISSING = "missing"
    MODEL = "model"
    NAME = "name"
    NEWER = "newer"
    NO_HOME = "no-home"
    NO_LOCKS = "no-locks"
    NO_RESULTS = "no-results"
    NO_SLOT = "no-slot"
    NO_SUCH_AGENT = "no-such-agent"
    NO_SUCH_ALERT = "no-such-alert"
    NO_TRANSCRIPT = "no-transcript"
    NOTIFY = "notify"
    """A target of notifications cannot be reached as it is written down."""
    OWNS = "owns"
    PAUSED_BRANCH = "paused-branch"
    POLICY = "policy"
    PROGRAM = "program"
    QUEUE = "queue"
    QUEUED = "queued"
    """Another spawn is before it in the queue."""
    READ_ONLY = "read-only"
    REFUSED = "refused"
    REPOSITORY = "repository"
    RESERVE = "reserve"
    ROLE = "role"
    ROOT = "root"
    SCOPE = "scope"
    SERVICE = "service"
    """The model service refuses the swarm."""
    SETTINGS = "settings"
    START = "start"
    STOPPED = "stopped"
    """It was stopped while it was being started."""
    SYSTEM = "system"
    TIMEOUT = "timeout"
    """The root's turn has taken longer than it may."""
    TURN = "turn"
    """The root is in a turn already."""
    UNKNOWN = "unknown"
    """It cannot be known whether anything is left."""
    UNCOMMITTED = "uncommitted"
    """A worktree holds work that is in no commit."""
    UNREAD = "unread"
    """Results wait that the caller is to read first."""
    UNREADABLE = "unreadable"
    USAGE = "usage"


_OF_DISK = frozenset({Code.FULL, Code.READ_ONLY, Code.DISK})


class SwarmError(Exception):
    """Something failed; `title` says what, `detail` where and why, `hint` what to do about it.

    `exit_status` is the command line's status (cli.md).
    """

    code: Code = Code.FAILED
    exit_status = 1

    def __init__(self, title: str, detail: str = "", hint: str = "", *, code: Code | None = None) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.detail, self.hint) if part)

    @property
    def is_of_disk(self) -> bool:
        """The disk did not take what was to be written: it is full, or read-only, or fails."""
        return self.code in _OF_DISK and self.exit_status != Refused.exit_status

    def as_json(self) -> dict[str, str]:
        """The error as `--json` prints it below the key `error`."""
        return {"code": self.code, "title": self.title, "detail": self.detail, "hint": self.hint}


class UsageError(SwarmError):
    """The call itself was wrong."""

    code = Code.USAGE
    exit_status = 2


class Refused(SwarmError):
    """A rule refuses the call; the code names the rule."""

    code = Code.REFUSED
    exit_status = 3

    def __init__(self, code: Code, title: str, detail: str = "", hint: str = "") -> None:
        super().__init__(title, detail, hint, code=code)


class NotFound(SwarmError):
    """No such agent, or more than one that the words could mean."""

    code = Code.NO_SUCH_AGENT
    exit_status = 4


class Busy(SwarmError):
    """Another process holds what is needed, and held it until the deadline."""

    code = Code.BUSY
    exit_status = 5


class HomeError(SwarmError):
    """The home cannot be used as asked: missing, foreign, read-only, from a newer version, on a full disk."""

    code = Code.HOME


class PolicyError(HomeError):
    """`swarm.toml` is wrong; the title names file, line and key."""

    code = Code.POLICY


class SettingsError(SwarmError):
    """The operator's config.toml is wrong or cannot be had; the title names file, line and key."""

    code = Code.SETTINGS
