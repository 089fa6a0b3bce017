"""What a scanner knows of each agent from disk, ledger and clock."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from swarm.model.activity import SubAgent
from swarm.model.agent import AgentSpec, Liveness, Usage
from swarm.model.causes import ProblemCode
from swarm.model.record import Observed, Phase, Record, Ref
from swarm.model.reports import Progress, ResultsState
from swarm.model.repository import Changes
from swarm.model.review import Dispute
from swarm.model.snapshot import AgentView, Problem
from swarm.model.stray import Stray
from swarm.model.time import Now
from swarm.model.values import NOTHING
from swarm.processes.belonging import Origin
from swarm.protocol.unreported import Unreported
from swarm.rules.looping.observation import BEGINNING, observe_progress, was_made
from swarm.tracking.contents import Contents
from swarm.tracking.files import AgentFiles
from swarm.tracking.role_calls import RoleCalls
from swarm.tracking.said_writes import SaidWrites
from swarm.tracking.suspects import Stream
from swarm.tracking.tree import Directory

if TYPE_CHECKING:
    from swarm.programs.follower import Follower

FUTURE_TOLERANCE_S = 60.0
"""Seconds by which the time of a file may lie ahead of ours before it counts as of the future."""
NO_PROGRESS = Progress()
WITHOUT_FILES = (Phase.QUEUED, Phase.SPAWNING, Phase.ENDED, Phase.IDLE)
"""A start reserves its slot first, and makes the directory then; after the end no files are asked for."""


class TrackedAgent:
    """What a scanner knows of one agent. Mutable; only the scan package touches it."""

    __slots__ = (
        "budget",
        "changed_at",
        "changes",
        "children",
        "contents",
        "counted_at",
        "depth",
        "directory",
        "disk_words",
        "faults",
        "files",
        "follower",
        "ghost",
        "heard",
        "heard_paused",
        "hidden",
        "id",
        "inner",
        "is_root",
        "last_words",
        "liveness",
        "looked_wall",
        "managed",
        "missing",
        "names",
        "observed",
        "origin",
        "origin_of",
        "out_of_sight",
        "parent",
        "record",
        "recorded",
        "renamed_to",
        "role_calls",
        "said_writes",
        "same_files",
        "seen",
        "stray",
        "stream",
        "suspect_name",
        "telling_outputs",
        "unkept",
        "unreported",
        "usage",
        "used",
        "view",
        "write_problems",
    )

    def __init__(self, agent_id: str, *, is_root: bool = False) -> None:
        self.id = agent_id
        self.is_root = is_root
        """It holds no slot and is idle without a process, so the ledger need not know it (protocol.md, Slots)."""
        self.directory: Directory | None = None
        self.files: AgentFiles | None = None
        self.last_words = NO_PROGRESS
        """What its progress.md said when it was last there."""
        self.out_of_sight = ""
        """Why no agent's directory can be seen at all; '' where they can."""
        self.renamed_to = ""
        """The id of the directory that holds this spawn's agent.json now, where its own is gone."""
        self.record: Record | None = None
        """Of the ledger."""
        self.observed: Observed | None = None
        """What we saw, or the ledger before us; None before the first look."""
        self.recorded: Observed | None = None
        """The ledger's observation that was last taken into account."""
        self.seen: float | None = None
        """Awake seconds of our last look at its progress."""
        self.looked_wall: float | None = None
        self.changed_at: float | None = None
        self.counted_at: float = BEGINNING
        """Awake seconds of the last count of its outputs."""
        self.contents: Contents | None = None
        """What was seen in them."""
        self.liveness: Liveness | None = None
        self.origin: Origin | None = None
        """Where it was started, where that is not here."""
        self.origin_of: Record | None = None
        """The record that this was asked for."""
        self.unkept = False
        """Its keeper is gone, and its program goes on."""
        self.usage: Usage | None = None
        self.follower: Follower | None = None
        """Reads what its program says, where it says anything."""
        self.telling_outputs: tuple[str, ...] = ()
        """Names of its outputs that are long enough to say something to who lists them."""
        self.names: tuple[str, ...] = ()
        """Those names of files that were examined."""
        self.missing: tuple[Dispute, ...] = ()
        """What speaks against the outputs that its results name, while it has not ended."""
        self.suspect_name = ""
        """Why one of them looks like an order to its reader; '' where none does."""
        self.stream: Stream | None = None
        """What of its program's output looks like an order to its reader."""
        self.role_calls: RoleCalls | None = None
        """What its program told of the files in `roles/`."""
        self.heard: float | None = None
        """Awake seconds of its program's last sign of life, or of its last word that it tries again."""
        self.heard_paused = 0.0
        """For how long it had been paused in all by then."""
        self.inner: SubAgent | None = None
        """It is a sub-agent inside another agent's program."""
        self.faults: Mapping[ProblemCode, str] = NOTHING
        """What looks at a pace of their own found wrong, in words."""
        self.stray: Stray | None = None
        """The process of a coding agent that the ledger does not know; it may work in a directory of its own here."""
        self.parent: str | None = None
        self.depth = 0
        self.children = 0
        self.budget = 1
        self.used = 0
        self.managed = False
        """It lies below a living agent of the ledger."""
        self.ghost = False
        self.hidden = False
        """It only looks like an agent, or the operator says that it is none: it is neither shown nor counted."""
        self.changes: Changes | None = None
        """What is changed in its worktree, where it has one."""
        self.same_files: tuple[str, ...] = ()
        """Which other agents change the same files, in words."""
        self.disk_words = ""
        """That it took a good part of a disk that is full, or will be."""
        self.unreported: Unreported | None = None
        """Its last report, where the disk did not take it."""
        self.said_writes: SaidWrites | None = None
        """What its program says it wrote, where it says anything."""
        self.write_problems: tuple[Problem, ...] = ()
        """That it wrote what another one owns, or a file that another one writes too."""
        self.view: AgentView | None = None

    @property
    def spec(self) -> AgentSpec | None:
        return self.files.spec.value if self.files else None

    @property
    def replaced(self) -> bool:
        """Another directory lies in the place of its own: agent.json is not there, or of another spawn."""
        record, files = self.record, self.files
        if record is None or files is None or self.is_root or record.phase in WITHOUT_FILES or files.spec.why:
            return False
        return record.ref.match(files.spec.value) is None

    @property
    def past(self) -> Record | None:
        """Its record from ended.json, where the ledger has let go of it and both speak of the same spawn."""
        if self.record is not None or self.files is None or self.spec is None:
            return None
        return Ref(self.id, self.spec.spawn_id).match(self.files.ended.value)

    @property
    def known(self) -> Record | None:
        """Its record, wherever it is kept."""
        return self.record or self.past

    @property
    def over(self) -> bool:
        """It has ended, or is a foreign agent that says so."""
        known = self.known
        if known is not None:
            return known.phase is Phase.ENDED
        return self.files is not None and self.files.results.state is ResultsState.VALID

    def note_fault(self, code: ProblemCode, words: str) -> bool:
        """Notes what a look found, '' for nothing any more; returns whether that is new."""
        if words == self.faults.get(code, ""):
            return False
        self.faults = {**self.faults, code: words} if words else {k: v for k, v in self.faults.items() if k is not code}
        return True

    def shorten(self, lines: int) -> None:
        """Lets go of all but the last lines of its progress: of who is over no rule asks for more."""
        if self.files is not None:
            is_last = self.last_words is self.files.progress
            self.files.shorten(lines)
            self.last_words = self.files.progress if is_last else self.last_words

    @property
    def nothing(self) -> bool:
        """There is neither a record of it, nor a directory, nor anything that runs: no agent of this id is there."""
        return self.record is None and self.directory is None and self.inner is None and self.stray is None

    def take_record(self, record: Record | None) -> None:
        """The ledger's word. Another spawn of the same id has nothing in common with the one before."""
        if self.record is not None and self.record.ref.match(record) is None:
            self.observed = self.recorded = self.seen = self.looked_wall = self.changed_at = None
            self.counted_at, self.liveness, self.unkept, self.usage = BEGINNING, None, False, None
            self.missing = ()
            self.follower, self.role_calls, self.heard = None, None, None
            self.contents, self.faults = None, NOTHING
        if self.record is None or self.record.ref.match(record) is None:
            self.last_words, self.renamed_to = NO_PROGRESS, ""  # those of a stranger in this place are not its own
        was_over, self.record = self.over, record
        if was_over and not self.over and self.files is not None:
            self.files.lengthen()  # it lives again, and rules look far back
        if record is None or not record.live:
            self.follower = self.heard = self.contents = None  # what it used up is in its record

    def was_as_seen(self, at: Now) -> None:
        """What its progress.md was at the last look it was at this time too, where that is later."""
        if self.seen is not None and self.seen < at.awake:
            self.seen, self.looked_wall = at.awake, at.wall

    def look_at_progress(self, now: Now) -> bool:
        """Takes in what lies in progress.md now; returns whether anything about its age changed."""
        known = self.known
        progress = self.files.progress if self.files and not self.replaced else NO_PROGRESS
        if progress.lines:
            self.last_words = progress
        if self.record is not None and self.record.observed is not self.recorded:
            self.recorded = self.record.observed
            if was_made(self.recorded) and (self.observed is None or self.recorded.seen >= self.observed.seen):
                self.observed = self.recorded
        before = self.observed
        if before is None and known is not None and was_made(known.observed):
            before = known.observed
        claimed = progress.claimed if known is None else None
        self.observed = observe_progress(
            before,
            progress.written,
            now,
            born=self.record.spawned if self.record else BEGINNING,
            seen=self.seen,
            claimed=claimed,
            paused=self.record.paused_total if self.record else 0.0,
        )
        changed_at = self._wall_of_change(progress, before, now, claimed=claimed)
        moved = self.observed is not before or changed_at != self.changed_at
        self.changed_at, self.seen, self.looked_wall = changed_at, now.awake, now.wall
        return moved

    def _wall_of_change(
        self, progress: Progress, before: Observed | None, now: Now, *, claimed: float | None
    ) -> float | None:
        """When people would say that it last wrote: the file's time, as far as that can be true."""
        if progress.mtime is None or not progress.lines:
            return None
        if before and self.observed and self.changed_at is not None and self.observed.changed == before.changed:
            return self.changed_at
        if (
            self.looked_wall is not None
            and before is not None
            and progress.mtime < self.looked_wall - FUTURE_TOLERANCE_S
        ):
            return now.wall  # seen to change just now, whatever its time says
        if before is None and claimed is not None:
            return min(progress.mtime, claimed, now.wall)
        return min(progress.mtime, now.wall)
