"""Who acts on a home, and by what name the audit log knows the act. Light: agents' verbs load it."""

from typing import NamedTuple

from swarm.model.open_enum import OpenEnum


class Actor(NamedTuple):
    """The operator, an agent, or the engine in a heartbeat. Only an agent has an id and a spawn id."""

    kind: str = "operator"
    """`operator`, `agent` or `engine`."""
    agent: str = ""
    spawn_id: str = ""
    behind: str = ""
    """The process that acts, in words, where it runs inside the agent and does not say so; else ''."""

    @property
    def is_agent(self) -> bool:
        return self.kind == "agent"

    @property
    def is_operator(self) -> bool:
        return self.kind == "operator"

    @property
    def is_engine(self) -> bool:
        return self.kind == "engine"

    def kept(self) -> dict[str, str]:
        """Returns its fields as the queue keeps them: who asked, not by which process."""
        return {"kind": self.kind, "agent": self.agent, "spawn_id": self.spawn_id}

    def __str__(self) -> str:
        return self.agent if self.is_agent else self.kind


OPERATOR = Actor()
ENGINE = Actor("engine")


class AuditVerb(OpenEnum):
    """What was done, or refused. The words stand in events.jsonl and in `events --json`."""

    # asked for by the operator or an agent
    ACCEPT = "accept"
    ACKNOWLEDGE = "acknowledge"
    ADOPT = "adopt"
    ARCHIVE = "archive"
    ATTACH = "attach"
    DETACH = "detach"
    DISMISS = "dismiss"
    DONE = "done"
    FREEZE_ALL = "freeze-all"
    HANDOVER = "handover"
    HOLD = "hold"
    INIT = "init"
    KILL = "kill"
    MERGE = "merge"
    MESSAGE = "message"
    PAUSE = "pause"
    PROGRESS = "progress"
    READ = "read"
    REBUILD = "rebuild"
    REJECT = "reject"
    REMOVE_WORKTREE = "remove-worktree"
    RESPAWN = "respawn"
    RESTORE = "restore"
    RESUME = "resume"
    SPAWN = "spawn"
    THAW_ALL = "thaw-all"
    # done by the engine
    ALERT = "alert"
    ASK = "ask"
    """The engine reminded an agent's program that its results are missing."""
    CHECK = "check"
    COLLECT = "collect"
    DELIVER = "deliver"
    END = "end"
    HEARTBEAT = "heartbeat"
    INVESTIGATE = "investigate"
    LET_GO = "let-go"
    """A session that waits for nothing was ended."""
    NOTIFY = "notify"
    """A parent was told what became of agents below it."""
    QUEUE = "queue"
    SWEEP = "sweep"
    """Sessions that an ended agent had handed to its program's daemon were ended."""
    TAKE_UP = "take-up"
    """An agent was relaunched."""
    TURN = "turn"
    """A turn of the root ended."""
    WAIT = "wait"
    """An agent's program ended for its service: it waits."""
    WARN = "warn"
    """An agent was told what is wrong with it."""
    WAKE = "wake"
    """A turn of the root began."""
    # noticed by hooks, and by the log itself
    AUDIT = "audit"
    GUARD = "guard"
    SESSION_END = "session-end"

    @property
    def is_synced(self) -> bool:
        """Its line survives a power cut, because it says what runs and what ended."""
        return self in _SYNCED


_SYNCED = frozenset(
    {
        AuditVerb.SPAWN,
        AuditVerb.KILL,
        AuditVerb.DONE,
        AuditVerb.COLLECT,
        AuditVerb.END,
        AuditVerb.RESPAWN,
        AuditVerb.INIT,
        AuditVerb.HANDOVER,
        AuditVerb.MERGE,
    }
)
