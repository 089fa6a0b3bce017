"""The files of one agent as last read: each is read again only where its inode, size or times have changed."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from swarm.ledger.codec import read_ended
from swarm.model.agent import AgentSpec, Exit
from swarm.model.record import Record
from swarm.model.reports import Progress, Results
from swarm.protocol.agent_files import Loaded, examine_results, read_exit, read_spec
from swarm.protocol.paths import AgentDir
from swarm.protocol.progress import MAX_LINES, examine_progress
from swarm.sanitize import suspicion
from swarm.scan.directory import Key, is_racy, key_of

PROGRESS, RESULTS, SPEC, EXIT, ENDED = "progress.md", "results.json", "agent.json", "exit.json", "ended.json"
FILES = frozenset({PROGRESS, RESULTS, SPEC, EXIT, ENDED})
_GROWING = frozenset({PROGRESS, RESULTS})
_NO_PROGRESS = Progress()
_NO_RESULTS = Results()
_NO_SPEC: Loaded[AgentSpec] = Loaded()
_NO_EXIT: Loaded[Exit] = Loaded()
_NO_RECORD: Loaded[Record] = Loaded()


class AgentFiles:
    """What is known of an agent's files. Values that did not change stay the same objects."""

    __slots__ = (
        "_examined",
        "_keys",
        "_racy",
        "_summary",
        "ended",
        "exit",
        "keep",
        "path",
        "progress",
        "results",
        "spec",
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
        self._examined: dict[str, str] = {}
        """Lines of progress as written -> why they look like an injection, '' where they do not."""
        self._summary = ""
        self._keys: dict[str, Key | None] = {}
        """By file: as it was when it was read."""
        self._racy: set[str] = set()
        """Files that have to be read again, though they may look as they did."""

    def refresh(self, present: frozenset[str], only: Iterable[str] = FILES) -> frozenset[str]:
        """Reads those of the files `only` that changed. present: the files that the directory holds.

        Returns the names of those whose value changed.
        """
        return frozenset(name for name in only if self._is_due(name, name in present) and self._read(name, present))

    def _is_due(self, name: str, there: bool) -> bool:
        if not there:
            was_there = name in self._keys
            self._keys.pop(name, None)
            self._racy.discard(name)
            return was_there
        looked = time.time_ns()
        try:
            key: Key | None = key_of(os.lstat(f"{self.path}/{name}"))
        except OSError:
            key = None  # gone since, or not ours to look at: the reader says which
        if key is not None and self._keys.get(name) == key and name not in self._racy:
            return False
        # What changed within this tick of the clock may change again unseen: then it is read once more.
        if key is None or is_racy(key, looked):
            self._racy.add(name)
        else:
            self._racy.discard(name)
        self._keys[name] = key
        return True

    @property
    def suspects(self) -> tuple[str, ...]:
        """Why texts that the agent wrote look like an injection, newest last."""
        found = [why for why in self._examined.values() if why]
        return (*found, self._summary) if self._summary else tuple(found)

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
        # A line is examined once, and its finding stays while the line is shown.
        self._examined = {
            raw: self._examined[raw] if raw in self._examined else suspicion(raw) or "" for raw in written
        }
        self.progress = progress
        return True

    def _take_results(self, there: bool) -> bool:
        results, suspect = examine_results(AgentDir(Path(self.path))) if there else (_NO_RESULTS, "")
        if results == self.results:
            return False
        self.results, self._summary = results, suspect
        return True
