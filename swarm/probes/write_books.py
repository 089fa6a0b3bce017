"""Two looks at a home's files and at what its agents wrote, and what was written between them."""

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from swarm.ledger.audit_log import parse
from swarm.model.actor import AuditVerb
from swarm.model.record import Record
from swarm.model.writes import Account, FileState, FileWrite
from swarm.probes.changes import changes_since
from swarm.processes.families import Written, written_by
from swarm.store.tail import FileTail

if TYPE_CHECKING:
    from swarm.home.context import Home

TRIES = 3
"""A look during which an agent writes is taken again: its count and its files would not be of one moment."""
AUDIT_BYTES = 1 << 20
"""Of the audit log between two looks."""
STAMP_S = 0.05
"""Seconds by which the time of a change may lie before it, as kernels count."""
_REPORTS = frozenset({AuditVerb.PROGRESS, AuditVerb.DONE})
"""Verbs that write nothing but their agent's own file and a line of the audit log."""


class Between(NamedTuple):
    """What was written between two looks."""

    writes: Sequence[FileWrite]
    accounts: Sequence[Account]
    """Of the agents of whom it can be told what they wrote."""
    whose: Mapping[int, str]
    """The agent of each process, by pid."""


class WriteBooks:
    """Remembers the last look. One thread uses it."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._files: Mapping[str, FileState] | None = None
        self._totals: dict[str, int] = {}
        """By spawn id: what was counted at the last look; agents are missing that wrote while it was taken."""
        self._logs: dict[str, int] = {}
        """By spawn id: how long its output was."""
        self._audit: FileTail | None = None
        self._quiet_until = 0.0
        """Until when, in wall seconds, no agent had written anything since the last look at files."""
        self.still_since: float | None = None
        """Since when, in monotonic seconds, no agent has written anything; None where one has since the last look."""
        self.cut_short = 0
        """Walks in a row that did not come to the end of the home's files."""

    def look(self, records: Sequence[Record]) -> Between | None:
        """What was written since the last look; None at the first, where no agent wrote, and where not all files could
        be looked at.

        records: of the agents that live.
        """
        at, before = time.time(), written_by(records)
        if self._files is not None and all(self._is_as_it_was(record, before) for record in records):
            self.still_since = self.still_since or time.monotonic()
            self._quiet_until = at - STAMP_S
            return None  # the walk, which costs most, is for whom there is something to find
        self.still_since = None
        told: Counter[str] = Counter()
        acted: set[str] = set()
        for turn in range(TRIES):
            before = written_by(records) if turn else before
            walk = changes_since(self._home.layout, 0.0, frozenset(self._home.policy.watch.ignore))
            logs = {record.spawn_id: self._output(record.id) for record in records}
            self._read_audit_log(told, acted)
            after = written_by(records)
            if all(_total(before, record.id) == _total(after, record.id) for record in records):
                break
        files = {change.path: change.state for change in walk.found if not change.removed} if walk.whole else None
        self.cut_short = 0 if walk.whole else self.cut_short + 1
        known, self._files = self._files, files
        quiet_until, self._quiet_until = self._quiet_until, 0.0
        totals, self._totals = self._totals, {}
        lengths, self._logs = self._logs, logs
        accounts = []
        for record in records:
            spawn, now = record.spawn_id, _total(after, record.id)
            if now is None or now != _total(before, record.id):
                continue
            self._totals[spawn] = now
            if spawn in totals and spawn in lengths and record.id not in acted:
                output = max(0, logs[spawn] - lengths[spawn])
                accounts.append(Account(record.id, now - totals[spawn], output + told[record.id]))
        if known is None or files is None:
            return None
        whose = {pid: agent for agent, each in after.items() for pid in each.pids}
        others = {change.path for change in walk.found if change.at < quiet_until}  # it was no agent that wrote these
        return Between([each for each in _writes(known, files) if each.path not in others], accounts, whose)

    def _is_as_it_was(self, record: Record, counted: Mapping[str, Written]) -> bool:
        """Whether it has written nothing since the last look."""
        total = _total(counted, record.id)
        return total is not None and self._totals.get(record.spawn_id) == total

    def _output(self, agent_id: str) -> int:
        agent = self._home.layout.agent(agent_id)
        return sum(_size(path) for path in (agent.stdout, agent.stderr))

    def _read_audit_log(self, told: "Counter[str]", acted: set[str]) -> None:
        """Adds the bytes of new lines by agent, and the agents whose verbs wrote more than their line."""
        if self._audit is None:
            self._audit = FileTail(self._home.layout.events, window=AUDIT_BYTES, backlog=0)
        if not self._audit.grown() or (part := self._audit.read()) is None:
            return
        for line in part.lines:
            event = parse(line)
            if event is not None:
                told[event.actor] += len(line) + 1
                if event.verb not in _REPORTS:
                    acted.add(event.actor)


def _total(counted: Mapping[str, Written], agent: str) -> int | None:
    found = counted.get(agent)
    return found.total if found is not None else None


def _size(path: "os.PathLike[str]") -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _writes(before: Mapping[str, FileState], now: Mapping[str, FileState]) -> list[FileWrite]:
    found = [
        FileWrite(path, _sizes(before.get(path), state)) for path, state in now.items() if before.get(path) != state
    ]
    return found + [FileWrite(path, ()) for path in before if path not in now]


def _sizes(before: FileState | None, now: FileState) -> tuple[int, ...]:
    """How many bytes were written to come to a state: what was added, or the whole file; none where neither was."""
    if before is None or before.inode != now.inode or now.size < before.size:
        return (now.size,) if now.size else ()
    grown = now.size - before.size
    return (grown, now.size) if grown else (now.size,)
