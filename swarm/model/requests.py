"""What surfaces ask of the verbs, and what the verbs answer: plain values, shared by all surfaces."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from swarm.errors import Code
from swarm.model.agent import Acceptance
from swarm.model.health import Verdict
from swarm.model.plan import Plan
from swarm.model.reports import WholeResults
from swarm.model.repository import Changes, Worktree
from swarm.model.review import Dispute, Review


class SpawnRequest(Struct, frozen=True):
    """One spawn, as asked for. What is empty takes the role's or the policy's default."""

    name: str
    role: str
    task: str
    parent: str | None = None
    """None: the root for the operator, oneself for an agent."""
    slots: int | None = None
    accept: tuple[Acceptance, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    program: str = ""
    model: str = ""
    env: Mapping[str, str] = {}
    command: tuple[str, ...] = ()
    cwd: str = ""
    """Where it works: relative to its worktree, where it gets one, else to the home; or absolute."""
    worktree: str = ""
    """`REPO[@REF]`: it gets a worktree of this repository; `.` is the one of the agent above it, else the home's."""
    goes_on_in: Worktree | None = None
    """The worktree of an earlier run, in place of a new one."""
    queue: bool = False
    use_reserve: bool = False
    force: bool = False
    """Also after several failed starts: the operator has looked at them."""
    kill_stuck: bool = False
    kill_first: tuple[str, ...] = ()
    """Ids to end before the spawn, in the same step: the kill-before-spawn dialog's choice."""
    learned: str = ""
    """What an earlier attempt taught, quoted in the brief."""
    respawn_of: str = ""


class EvictionChoice(Struct, frozen=True):
    """An agent that could be ended to make room (protocol.md, Slots), stuck ones first."""

    agent: str
    spawn_id: str
    state: str
    why: str
    frees: int
    """Slots that its end gives back where they are needed."""


class Objection(Struct, frozen=True):
    """One reason why a spawn would be refused; `field` names the request's field for the form."""

    field: str
    code: Code
    title: str
    detail: str = ""
    hint: str = ""


class SpawnCheck(Struct, frozen=True):
    """A spawn that was looked at and not done: `--dry-run`, the form's live validation."""

    agent: str
    """The id it would have."""
    slots: int
    objections: tuple[Objection, ...] = ()
    warnings: tuple[str, ...] = ()
    candidates: tuple[EvictionChoice, ...] = ()
    """Who could be ended, where the objection is a lack of slots."""
    free_after: int = 0


class Spawned(Struct, frozen=True):
    """A spawn that happened, or waits in the queue."""

    agent: str
    spawn_id: str
    directory: str
    queued: bool = False
    warnings: tuple[str, ...] = ()
    ended_first: tuple[str, ...] = ()
    session: str = ""
    """The session of an earlier run that goes on; '' where it begins anew."""


class Messaged(Struct, frozen=True):
    """A message that was left."""

    agent: str
    id: str
    sent: bool = False
    """It went into the running session; else it waits in the inbox."""
    waits: str = ""
    """Why it waits."""


class StopOutcome(Struct, frozen=True):
    """One agent of a killed subtree."""

    agent: str
    spawn_id: str
    gone: bool
    unverified: str = ""
    found: tuple[Mapping[str, object], ...] = ()
    """What the sweep found: {pid, command, how}."""
    may_have_left: tuple[str, ...] = ()
    """What its tool calls may have left with others, where no look reaches, by name: `at jobs`, `containers`."""
    steps: tuple[str, ...] = ()
    note: str = ""
    """`done` where results.json had appeared in the meantime, `already ended`, `queued`."""
    unrecorded: str = ""
    """Why the disk did not take the record of its end, which a later heartbeat writes down; '' where it is recorded."""


class KillReport(Struct, frozen=True):
    """What a kill found and did, children first."""

    agents: tuple[StopOutcome, ...]
    took_ms: int = 0

    @property
    def gone(self) -> bool:
        """All of it is proved gone."""
        return all(ended.gone for ended in self.agents)

    @property
    def unrecorded(self) -> str:
        """Why the end of some is not recorded yet; '' where all are."""
        return next((ended.unrecorded for ended in self.agents if ended.unrecorded), "")


class KillPreview(Struct, frozen=True):
    """Who goes down with a kill: (id, spawn id, state, age in seconds or None), the target first."""

    target: str
    spawn_id: str
    members: tuple[tuple[str, str, str, float | None], ...]


class ReadReport(Struct, frozen=True):
    """Results that were read and marked so."""

    agent: str
    spawn_id: str
    results: WholeResults
    first: bool
    """They had not been read before."""
    path: str = ""
    """Where they lie."""
    tagged: str = ""
    """Why one of their texts looks like an order to its reader; '' where none does."""
    disputes: tuple[Dispute, ...] = ()
    """What speaks against them, and is not settled."""
    review: Review | None = None
    """What was decided about them; None where nobody has."""


class Reviewed(Struct, frozen=True):
    """Results that were accepted or rejected."""

    agent: str
    spawn_id: str
    review: Review
    settled: tuple[Dispute, ...] = ()
    """What spoke against them until now."""


class DiffReport(Struct, frozen=True):
    """What an agent changed in its worktree."""

    agent: str
    worktree: Worktree
    changes: Changes
    text: str
    """The difference as git writes it: clean it before it is shown."""
    cut: bool = False
    """It goes on: it was too long."""


class MergeReport(Struct, frozen=True):
    """The work of an agent, merged."""

    agent: str
    branch: str
    into: str
    commit: str
    """Where `into` stands now."""
    files: int
    """Files that it changed there."""
    already: bool
    """All of it was there before."""
    committed: int
    """Files whose changes were committed for it."""
    removed: bool
    """The worktree and its branch are gone."""


class HandOverReport(Struct, frozen=True):
    """The work of an agent, handed over: as a branch, or into the branch of another agent."""

    agent: str
    branch: str
    """Where it is now."""
    commit: str
    """Where that branch stands."""
    to: str = ""
    """The agent whose branch that is; '' where it is nobody's."""
    commits: int = 0
    """On a branch that is nobody's, and not in what it was made from."""
    files: int = 0
    """Files that changed in another agent's branch."""
    committed: int = 0
    """Files whose changes were committed for it."""
    told: str = ""
    """Why the other agent has not been told yet, where it runs; '' where it has."""


class WorktreeRow(Struct, frozen=True):
    """One worktree of the home."""

    name: str
    path: str
    agent: str = ""
    """'' of one that no agent's spec names."""
    worktree: Worktree | None = None
    changes: Changes = Changes()
    live: bool = False
    """Its agent still runs."""
    merged: bool = False
    """All that is committed there is in the branch that it was made from."""
    handed_over: bool = False
    """The worktree was removed, and its branch was left to whoever wants it."""


class InitReport(Struct, frozen=True):
    """What `init` wrote and what it left alone; paths relative to the home."""

    home: str
    written: tuple[str, ...]
    left: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Level(StrEnum):
    """How bad a finding of `doctor` is."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Finding(Struct, frozen=True):
    """One line of `doctor`."""

    level: Level
    topic: str
    text: str
    hint: str = ""

    @property
    def is_error(self) -> bool:
        """It has to be mended."""
        return self.level is Level.ERROR


class Rehearsal(Struct, frozen=True):
    """A heartbeat's plan with the verdicts it rests on."""

    plan: Plan
    verdicts: Mapping[str, Verdict]
    refused: str = ""
    """Why it would not run now without force (half a period, one is running), for people."""
