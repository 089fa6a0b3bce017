"""The outbox of the audit log: a revision carries the lines it owes, so that no writer's death leaves an act untold."""

from collections import Counter
from collections.abc import Iterable

from swarm.errors import SwarmError
from swarm.ledger import audit_log, audit_reader
from swarm.ledger.audit_log import Event
from swarm.ledger.revisions import Trouble
from swarm.ledger.state import State
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.store.aside import ASIDE

KEPT = 500
"""Lines that wait at most, where the log cannot be written for long; the newest ones stay."""


class Outbox:
    """Sends the lines that revisions of the ledger owe. Used under the ledger's lock."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._sent = 0
        """The revision of which the log is known to have every line."""

    def packed(self, state: State, waiting: Iterable[AuditLine], lines: Iterable[AuditLine]) -> State:
        """Returns the state with the lines that it owes. waiting: those of earlier revisions, as `still_owed` said."""
        new = (replace(line, revision=state.revision, after=state.audited) for line in lines)
        return replace(state, owed=(*waiting, *new)[-KEPT:])

    def send(self, state: State) -> None:
        """Writes a new revision's lines. What cannot be written now waits in the revision: nothing is lost."""
        mine = [line for line in state.owed if line.revision == state.revision]
        if not self._write(mine) and len(mine) == len(state.owed):
            self._sent = state.revision

    def say(self, lines: Iterable[AuditLine]) -> None:
        """Writes lines that belong to no revision, because nothing had to change. Raises SwarmError."""
        for line in lines:
            append(self._layout, line)

    def lacks(self, state: State) -> bool:
        """Whether the log lacks a line of this state: its writer died, or could not write. Needs no lock."""
        return bool(state.owed) and self._sent != state.revision and bool(self._lacking(state.owed))

    def still_owed(self, state: State) -> tuple[AuditLine, ...]:
        """Writes those of a state's lines that the log lacks; returns those that cannot be written now.

        What a log that was cut has lost is not written again: a gap says so.
        """
        if not state.owed or self._sent == state.revision:
            return ()
        owed = self._write(self._lacking(state.owed))
        if not owed:
            self._sent = state.revision
        return owed

    def _lacking(self, lines: tuple[AuditLine, ...]) -> list[AuditLine]:
        last = audit_log.last_number(self._layout)
        if last is None:
            return [*lines]
        first = min(line.after for line in lines)
        written = audit_reader.since(self._layout, first) if last > first else []
        if written is None:
            return []  # so much was written since that these were too
        known = Counter(_key_of(event) for event in written)
        lacking = []
        for line in lines:
            keys = ((line.verb, line.agent, line.spawn_id, line.revision), (line.verb, "", line.spawn_id, 0))
            key = next((each for each in keys if known[each]), None)
            known.subtract([key] if key is not None else [])
            lacking += [line] if key is None and line.after <= last else []
        return lacking

    def _write(self, lines: list[AuditLine]) -> tuple[AuditLine, ...]:
        """Appends lines; returns those that cannot be written now."""
        for place, line in enumerate(lines):
            try:
                append(self._layout, line)
            except SwarmError:
                return tuple(lines[place:])
        return ()


def _key_of(event: Event) -> tuple[str, str, str, object]:
    """By what a record is known as the one of a line. One that was too long has lost all but its verb and its spawn."""
    if event.more.get("cut"):
        return event.verb, "", event.spawn_id, 0
    return event.verb, event.agent, event.spawn_id, event.more.get("revision")


def append(layout: Layout, line: AuditLine) -> None:
    """Appends one line. Raises SwarmError."""
    audit_log.append(
        layout,
        line.actor,
        line.verb,
        agent=line.agent,
        spawn_id=line.spawn_id,
        ok=line.ok,
        code=line.code,
        reason=line.reason,
        wall=line.wall,
        **({**line.more, "revision": line.revision} if line.revision else line.more),
    )


def audited_by(layout: Layout, state: State) -> tuple[int, tuple[Trouble, ...]]:
    """Returns the number of the audit log's last record, and the trouble where the ledger counted more."""
    last = audit_log.last_number(layout)
    if last is None or last >= state.audited:
        return state.audited if last is None else last, ()
    text = f"events.jsonl ended at record {last}, where the ledger knows of {state.audited}: some were lost"
    if any((layout.swarm / ASIDE).glob(f"{layout.events.name}-*")):
        text += f"; what stood in its place is in swarm/{ASIDE}"
    return last, (Trouble(AlertCause.AUDIT_GAP, text),)
