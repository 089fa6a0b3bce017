"""What a heartbeat did, step by step, as heartbeats.jsonl keeps it."""

from collections.abc import Mapping

from msgspec import Struct

from swarm.model.bounds import Count, Dollars, Text
from swarm.model.open_enum import OpenEnum


class ActionKind(OpenEnum):
    """What a heartbeat does. The words stand in heartbeats.jsonl and in `--json`."""

    INVESTIGATE = "investigate"
    KILL = "kill"
    SPARE = "spare"
    """A kill or a free was not done, because the second look did not agree with the plan."""
    COLLECT = "collect"
    END_STRAY = "end-stray"
    """A process that the ledger does not know is ended, where the policy says so."""
    FREE = "free"
    REMOVE_WORKTREE = "remove-worktree"
    """Of an ended agent, where it holds nothing that is not elsewhere."""
    CHECK = "check"
    """Checks are asked for; older versions ran them within the heartbeat, and said here what came of it."""
    REJECT = "reject"
    """Disputed results are rejected, as the policy wants it."""
    ALERT = "alert"
    WARN = "warn"
    """An agent is told, in its inbox, what is wrong with it."""
    WAIT = "wait"
    """An agent whose program ended for its service begins to wait."""
    TAKE_UP = "take-up"
    """An agent that waited is started again."""
    SPAWN = "spawn"
    SCHEDULE = "schedule"
    SKIP = "skip"
    NOTE = "note"
    """Something that people should know, and nothing is done: what the schedule costs, said at the first heartbeat."""
    WAKE = "wake"
    ARCHIVE = "archive"
    """An agent that is over is put away."""


class Performed(Struct, frozen=True):
    """One action as the record of a heartbeat keeps it. Older records may leave anything out."""

    agent: str = ""
    """'' for the swarm itself."""
    spawn_id: str = ""
    action: ActionKind = ActionKind("")
    reason: str = ""
    code: str = ""
    """What it is about: a cause, an ending, a role, or why it was put off."""


class Beat(Struct, frozen=True):
    """heartbeats.jsonl: one record a heartbeat (protocol.md, A heartbeat)."""

    n: Count
    at: Text = ""
    by: Text = ""
    took_ms: Count = 0
    counts: Mapping[str, int] = {}
    slots: Mapping[str, int] = {}
    actions: tuple[Performed, ...] = ()
    alerts: tuple[str, ...] = ()
    acceptance: Mapping[str, int] = {}
    """Outcomes checked since the heartbeat before: how many `passed` and `failed`."""
    passed: bool = True
    gap: Text = ""
    """The hole in time that this heartbeat found, for people; '' where there was none."""
    tokens: Count | None = None
    """What all agents ever have used up so far; None in records of older versions."""
    cost_usd: Dollars | None = None
    """The same in dollars, as far as prices are known."""
