"""What agents say of themselves: progress, results, counted outputs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from swarm.model.record import Fingerprint


class ProgressLine(Struct, frozen=True, gc=False):
    """One entry of progress.md, mostly a line. Texts have passed `untrusted`."""

    stamp: float | None
    """Wall seconds that the line claims; None where it has no stamp."""
    stamp_text: str
    outputs: int | None
    sentence: str
    naive: bool = False
    """The stamp had no offset: it was read as local time."""
    details: tuple[str, ...] = ()
    """Further lines of the entry."""
    whole_day: bool = False
    """The stamp has no time of day."""


class Progress(Struct, frozen=True, weakref=True):
    """The tail of a progress.md."""

    lines: tuple[ProgressLine, ...] = ()
    """The last entries, oldest first, 50 at most: the newest is the last, wherever it stands in the file."""
    fingerprint: Fingerprint | None = None
    mtime: float | None = None
    """Wall seconds."""
    error: str = ""
    """Why it cannot be read; '' where it can, or where there is none yet."""
    claimed: float | None = None
    """Wall seconds of its newest stamp; None where there is none that can be read."""
    unread: str = ""
    """A stamp that cannot be read, where none can be."""

    @property
    def written(self) -> Fingerprint | None:
        """What tells this state of the file from another; None where nothing is said in it: blanks are no update."""
        return self.fingerprint if self.lines else None

    @property
    def last(self) -> ProgressLine | None:
        return self.lines[-1] if self.lines else None


class ResultsState(StrEnum):
    ABSENT = "absent"
    VALID = "valid"
    INVALID = "invalid"


class ResultsStatus(StrEnum):
    """How the agent says that its task ended."""

    SUCCESS = "success"
    FAILED = "failed"
    PARTIAL = "partial"


class Results(Struct, frozen=True, gc=False):
    """results.json, validated (protocol.md), for screens and verdicts: its texts are cleaned and cut.

    What is handed on is WholeResults.
    """

    state: ResultsState = ResultsState.ABSENT
    status: ResultsStatus = ResultsStatus.SUCCESS
    summary: str = ""
    outputs: tuple[str, ...] = ()
    acceptance: tuple[tuple[str, bool], ...] = ()
    finished_at: str = ""
    extra: Mapping[str, Any] = {}
    mtime: float | None = None
    why: str = ""
    """Why it is invalid."""
    empty: bool = False
    """It is invalid, and an object without any key: it ends nothing, and is no results of a tool either."""


class WholeResults(Struct, frozen=True):
    """results.json for handing on: all of it, letter by letter. Clean it before it is shown."""

    state: ResultsState = ResultsState.ABSENT
    data: Mapping[str, Any] = {}
    """The object as the agent wrote it; empty where there is none."""
    why: str = ""
    """Why it is invalid."""
    empty: bool = False
    """It is invalid, and an object without any key."""

    @property
    def status(self) -> ResultsStatus:
        """How the agent says that its task ended; only of valid results."""
        return ResultsStatus(self.data.get("status", ResultsStatus.SUCCESS))

    @property
    def summary(self) -> str:
        """What it says came of it; '' where it says nothing, or no text."""
        said = self.data.get("summary")
        return said if isinstance(said, str) else ""


class Counted(NamedTuple):
    """What a count found.

    key: hash over what is in them. newest: wall seconds of the last change among those whose content was not there
    before, None without any. cut: there were more than MAX_ENTRIES entries to look at, so that the count is of the
    first ones. telling: names that are long enough to say something to who lists them.
    """

    number: int
    key: str
    newest: float | None
    cut: bool = False
    telling: tuple[str, ...] = ()
