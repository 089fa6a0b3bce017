"""The kinds of steps that a heartbeat takes, and how one came out."""

from msgspec import Struct

from swarm.model.open_enum import OpenEnum


class ActionKind(OpenEnum):
    """What a heartbeat does. The words stand in heartbeats.jsonl and in `--json`."""

    INVESTIGATE = "investigate"
    KILL = "kill"
    SPARE = "spare"
    """A kill or a free was not done, because the second look did not agree with the plan."""
    COLLECT = "collect"
    FREE = "free"
    CHECK = "check"
    ALERT = "alert"
    SPAWN = "spawn"
    SCHEDULE = "schedule"
    SKIP = "skip"
    WAKE = "wake"


class Performed(Struct, frozen=True):
    """One action as the record of a heartbeat keeps it. Older records may leave anything out."""

    agent: str = ""
    """'' for the swarm itself."""
    spawn_id: str = ""
    action: ActionKind = ActionKind("")
    reason: str = ""
    code: str = ""
    """What it is about: a cause, an ending, a role, or why it was put off."""
