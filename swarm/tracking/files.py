"""An agent's directory and files as last read: each is read again only where its inode, size or times have changed."""

import os
import struct
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from swarm.injection.detect import suspicion
from swarm.injection.elsewhere import is_telling
from swarm.ledger.codec import read_ended
from swarm.model.agent import AgentSpec, Exit
from swarm.model.record import Record
from swarm.model.reports import Progress, Results
from swarm.model.values import replace
from swarm.protocol import inbox
from swarm.protocol.agent_files import Loaded, read_exit, read_results, read_spec, suspicion_of_results
from swarm.protocol.find import ENGINES, PROJECT, VERSIONED
from swarm.protocol.misspelt import is_plausible, misspelt
from swarm.protocol.paths import AGENT_FILES, AgentDir
from swarm.protocol.progress import MAX_LINES, examine_progress
from swarm.tracking.suspects import Channel, Lines, Suspect

KNOWN_FILES = frozenset({*AGENT_FILES, "exit.json", "ended.json", "inbox.md"})
MAX_TELLING = 200
_DECIDE = frozenset({*AGENT_FILES, ENGINES, *VERSIONED, *PROJECT})
# A file system's clock ticks: what changed within a tick of the look may have changed again unseen, so it is looked at
# once more. 50 ms covers the kernels of the day; whole seconds mean a file system that keeps no finer times.
FINE_TICK_NS = 50_000_000
COARSE_TICK_NS = 2_100_000_000
Key = tuple[int, int, int, int]
_KEY = struct.Struct("=4Q")
_ALL = (1 << 64) - 1


def key_of(found: os.stat_result) -> Key:
    """What changes when a file or a directory changes: inode, size, and both times in nanoseconds."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def is_racy(key: Key, looked_ns: int) -> bool:
    """Whether it may have changed once more in the same tick of the clock, after we looked (wall nanoseconds)."""
    newest = max(key[2], key[3])
    tick = COARSE_TICK_NS if newest % 1_000_000_000 == 0 else FINE_TICK_NS
    return newest > looked_ns - tick


def _packed(key: Key) -> bytes:
    """A key in a third of its room."""
    inode, size, modified, changed = key
    return _KEY.pack(inode & _ALL, size & _ALL, modified & _ALL, changed & _ALL)


class DirectoryListing(NamedTuple):
    """What lies in a directory. files: the protocol's, of whatever kind. links: to directories; they are not followed.

    misspelt: (name, what it was meant to be). directories: all of them, links left out.
    """

    files: frozenset[str]
    directories: list[str]
    links: tuple[str, ...]
    misspelt: tuple[tuple[str, str], ...]
    names: frozenset[str] = frozenset()
    """Of all that lies in it, those that decide whether it is an agent's."""
    telling: tuple[str, ...] = ()
    """Names that are long enough to say something to who lists them."""


def list_directory(path: str) -> DirectoryListing:
    """Lists a directory of any size; raises OSError where it cannot be listed."""
    files: list[str] = []
    directories: list[str] = []
    links: list[str] = []
    odd: list[str] = []
    deciding: list[str] = []
    telling: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if name in _DECIDE:
                deciding.append(name)
            if len(telling) < MAX_TELLING and is_telling(name):
                telling.append(name)
            if name in KNOWN_FILES:
                files.append(name)
            elif entry.is_symlink():
                if os.path.isdir(entry.path):  # one to a file hides no agent
                    links.append(name)
            elif entry.is_dir(follow_symlinks=False):
                directories.append(name)
            elif is_plausible(name):
                odd.append(name)
    present = _shared(frozenset(files))
    return DirectoryListing(
        present,
        directories,
        tuple(sorted(links)),
        misspelt(odd, present),
        frozenset(deciding),
        tuple(sorted(telling)),
    )


NONE: frozenset[str] = frozenset()


@cache
def _shared(names: frozenset[str]) -> frozenset[str]:
    """One set for all that hold the same of the known files: of a thousand agents most do."""
    return names


PROGRESS, RESULTS, SPEC, EXIT, ENDED = "progress.md", "results.json", "agent.json", "exit.json", "ended.json"
INBOX = "inbox.md"
FILES = frozenset({PROGRESS, RESULTS, SPEC, EXIT, ENDED, INBOX})
_GROWING = frozenset({PROGRESS, RESULTS})
_NO_PROGRESS = Progress()
_NO_RESULTS = Results()
_NO_SPEC: Loaded[AgentSpec] = Loaded()
_NO_EXIT: Loaded[Exit] = Loaded()
_NO_RECORD: Loaded[Record] = Loaded()


class AgentFiles:
    """What is known of an agent's files. Values that did not change stay the same objects."""

    __slots__ = (
        "_due",
        "_keys",
        "_lines",
        "_racy",
        "_results_why",
        "ended",
        "exit",
        "keep",
        "linked",
        "path",
        "progress",
        "results",
        "spec",
        "suspect_note",
    )

    def __init__(self, path: str, keep: int = MAX_LINES) -> None:
        """path: the agent's directory. keep: how many lines of progress are kept."""
        self.path = path
        self.keep = keep
        self.progress = _NO_PROGRESS
        self.results = _NO_RESULTS
        self.spec = _NO_SPEC
        self.exit = _NO_EXIT
        self.ended = _NO_RECORD
        self._lines = Lines()
        self._due = NONE
        """Files that have changed since they were examined."""
        self.suspect_note = ""
        """Why a note in its inbox that no verb left looks like an order; '' where none does."""
        self._results_why = ""
        """Why a text of its results looks like an order; '' where none does."""
        self._keys: dict[str, bytes | None] = {}
        """By file: as it was when it was read."""
        self.linked = False
        """One of them has another name elsewhere: what is written by that is told of there."""
        self._racy = NONE
        """Files that have to be read again, though they may look as they did."""

    def refresh(self, present: frozenset[str], only: Iterable[str] = FILES) -> frozenset[str]:
        """Reads those of the files `only` that changed. present: the files that the directory holds.

        Returns the names of those whose value changed.
        """
        due = [name for name in only if self._is_due(name, name in present)]
        # Progress last: of who has ended its lines wait on the disk.
        return frozenset(name for name in sorted(due, key=PROGRESS.__eq__) if self._read(name, present))

    def _is_due(self, name: str, there: bool) -> bool:
        if not there:
            was_there = name in self._keys
            self._keys.pop(name, None)
            self._calm(name)
            return was_there
        looked = time.time_ns()
        try:
            found = os.lstat(f"{self.path}/{name}")
            key: Key | None = key_of(found)
            self.linked |= found.st_nlink > 1
        except OSError:
            key = None  # gone since, or not ours to look at: the reader says which
        state = _packed(key) if key is not None else None
        if state is not None and self._keys.get(name) == state and name not in self._racy:
            return False
        # What changed within this tick of the clock may change again unseen: then it is read once more.
        if key is None or is_racy(key, looked):
            self._racy = _shared(self._racy | {name})
        else:
            self._calm(name)
        self._keys[name] = state
        return True

    def _calm(self, name: str) -> None:
        if name in self._racy:
            self._racy = _shared(self._racy - {name})

    def shorten(self, lines: int) -> None:
        """Lets go of all but the last lines of progress, until the file is read again.

        Those that wait to be examined are read once more when their turn comes.
        """
        if len(self.progress.lines) > lines:
            self.progress = replace(self.progress, lines=self.progress.lines[-lines:])
        if self._lines.waits:
            self._lines.put_off()
            self._due = _shared(self._due | {PROGRESS})

    def lengthen(self) -> None:
        """Has progress read again at the next look."""
        if PROGRESS in self._keys:
            self._keys[PROGRESS] = None

    @property
    def suspects(self) -> tuple[Suspect, ...]:
        """The texts in its files that look like orders to their reader, newest last."""
        found = [Suspect(Channel.PROGRESS, why) for why in self._lines.found]
        return (*found, Suspect(Channel.RESULTS, self._results_why)) if self._results_why else tuple(found)

    @property
    def restless(self) -> frozenset[str]:
        """The files that a quick look has to look at: what is written in place, and what may have changed once more."""
        return _GROWING | self._racy if self._racy else _GROWING

    def _read(self, name: str, present: frozenset[str]) -> bool:
        there = name in present
        if name == PROGRESS:
            return self._take_progress(there)
        if name == RESULTS:
            return self._take_results(there)
        agent = AgentDir(Path(self.path))
        if name == INBOX:
            return self._is_to_be_examined(INBOX, there=there)
        if name == SPEC:
            before, self.spec = self.spec, read_spec(agent) if there else _NO_SPEC
            return before != self.spec
        if name == EXIT:
            was, self.exit = self.exit, read_exit(agent) if there else _NO_EXIT
            return was != self.exit
        old, self.ended = self.ended, read_ended(agent) if there else _NO_RECORD
        return old != self.ended

    def _take_progress(self, there: bool) -> bool:
        progress, written = examine_progress(AgentDir(Path(self.path)), self.keep) if there else (_NO_PROGRESS, [])
        if progress == self.progress:
            return False
        if self.ended.value is None:
            self._lines.take(written)
            self._due = _shared(self._due - {PROGRESS})
        else:
            self._due = _shared(self._due | {PROGRESS})
        self.progress = progress
        return True

    def _take_results(self, there: bool) -> bool:
        results = read_results(AgentDir(Path(self.path))) if there else _NO_RESULTS
        if results == self.results:
            return False
        self.results = results
        self._is_to_be_examined(RESULTS, there=there)
        return True

    def _is_to_be_examined(self, name: str, *, there: bool) -> bool:
        """Has a file examined that changed; of one that is gone nothing is suspect, and whether that is new is said."""
        if there:
            self._due = _shared(self._due | {name})
            return False
        self._due = _shared(self._due - {name})
        return self._found(name, "")

    @property
    def waits(self) -> bool:
        """Whether texts wait to be examined."""
        return self._lines.waits or bool(self._due)

    def examine_next(self) -> bool:
        """Examines one text, or one file, that waits. Returns whether anything else is suspect now."""
        if self._lines.waits:
            return self._lines.examine_next()
        name, agent = min(self._due), AgentDir(Path(self.path))
        self._due = _shared(self._due - {name})
        if name == PROGRESS:
            return self._lines.examine(examine_progress(agent, self.keep)[1])
        return self._found(name, suspicion_of_results(agent) if name == RESULTS else _suspicion_of_notes(agent))

    def _found(self, name: str, why: str) -> bool:
        before = self._results_why if name == RESULTS else self.suspect_note
        if name == RESULTS:
            self._results_why = why
        else:
            self.suspect_note = why
        return why != before


def _suspicion_of_notes(agent: AgentDir) -> str:
    said = inbox.handwritten(agent)
    return (suspicion(said) or "") if said.strip() else ""
