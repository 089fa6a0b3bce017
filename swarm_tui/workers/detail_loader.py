"""Reads what the detail of one agent shows: task, processes, events, new output. In a thread of its own."""

import threading
from collections.abc import Callable

from msgspec import Struct

from swarm import platform
from swarm.admission.environment import names_kept
from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.model.snapshot import AgentView
from swarm.processes.members import tree
from swarm.processes.usage import describe
from swarm.programs.registry import new_reader_for
from swarm.protocol.logs import Chunk, LogTail, last_lines
from swarm.sanitize import clean
from swarm_tui.workers.audit_rows import event_rows
from swarm_tui.workers.transcript_tail import TranscriptChunk, TranscriptTail
from swarm_tui.workers.whole_texts import summary_of, whole_text
from widgets.detail_head import Tab
from widgets.detail_pages import SHOWN_EVENTS, DetailData, ProcessRow
from widgets.event_feed import EventRow

LOOK_SECONDS = 1.0
READ_TABS = frozenset({Tab.TRANSCRIPT, Tab.TASK, Tab.RESULTS, Tab.PROCESS, Tab.EVENTS})
"""Tabs that show what is not in the snapshot."""


class Wanted(Struct, frozen=True):
    """The agent that the detail shows, and the tab."""

    view: AgentView
    tab: Tab


class DetailLoader:
    """A thread that reads for the detail: at once when another agent or tab is wanted, then once a second where the tab
    shows what is not in the snapshot.

    on_data: called from the thread with what a tab shows. on_lines: with (agent id, spawn id, chunk) of new output; it
    is shown as a transcript where there is a reader for the agent's program.
    """

    def __init__(
        self,
        swarm: Swarm,
        *,
        on_data: Callable[[DetailData], None],
        on_lines: Callable[[str, str, Chunk | TranscriptChunk], None],
    ) -> None:
        self._swarm = swarm
        self._on_data = on_data
        self._on_lines = on_lines
        self._wanted: Wanted | None = None
        self._changed = threading.Event()
        self._stopping = False
        self._tail: tuple[str, str, LogTail | TranscriptTail] | None = None
        self._last: DetailData | None = None
        self._thread = threading.Thread(target=self._run, name="detail", daemon=True)

    def start(self) -> None:
        """Starts reading."""
        self._thread.start()

    def stop(self, deadline: float = 2.0) -> None:
        """Ends the thread within `deadline` seconds."""
        self._stopping = True
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(deadline)

    def want(self, view: AgentView | None, tab: Tab) -> None:
        """Reads for this agent and tab from now on; None rests."""
        wanted = Wanted(view, tab) if view is not None else None
        before = self._wanted
        self._wanted = wanted
        if wanted is None or before is None or _differs(before, wanted):
            self._changed.set()

    def _run(self) -> None:
        while not self._stopping:
            before = self._wanted
            self._changed.wait(LOOK_SECONDS if before is not None and before.tab in READ_TABS else None)
            self._changed.clear()
            wanted = self._wanted
            if wanted is None or self._stopping:
                continue
            data = self._load(wanted)
            if data != self._last:
                self._last = data
                self._on_data(data)
            if wanted.tab is Tab.TRANSCRIPT:
                self._follow(wanted.view)

    def _load(self, wanted: Wanted) -> DetailData:
        view, tab = wanted.view, wanted.tab
        task: str | None = None
        summary: str | None = None
        processes: tuple[ProcessRow, ...] | None = None
        events: tuple[EventRow, ...] | None = None
        environment: tuple[str, ...] = ()
        stderr: tuple[str, ...] = ()
        errors: list[tuple[str, str]] = []
        try:
            if tab is Tab.TASK:
                task = whole_text(self._swarm.agent_dir(view.id), tab)
            elif tab is Tab.RESULTS:
                summary = summary_of(self._swarm.agent_dir(view.id))
            elif tab is Tab.PROCESS:
                processes = process_rows(view)
                agent = self._swarm.agent_dir(view.id)
                environment = names_kept(agent)
                if view.exit is not None and view.exit.code != 0:
                    stderr = tuple(last_lines(agent, "stderr"))
            elif tab is Tab.EVENTS:
                events = self._events(view)
        except SwarmError as error:
            errors.append((tab.value, str(error)))
        return DetailData(view.id, view.spawn_id, task, processes, events, tuple(errors), environment, stderr, summary)

    def _events(self, view: AgentView) -> tuple[EventRow, ...]:
        return event_rows(self._swarm.events(SHOWN_EVENTS, agent=view.id))

    def _follow(self, view: AgentView) -> None:
        tail = self._tail
        if tail is None or tail[:2] != (view.id, view.spawn_id):
            tail = (view.id, view.spawn_id, tail_of(self._swarm, view))
            self._tail = tail
        chunk: Chunk | TranscriptChunk
        try:
            chunk = tail[2].read()
        except SwarmError as error:
            chunk = Chunk((str(error),))
        if chunk.lines or chunk.skipped or chunk.restarted:
            self._on_lines(view.id, view.spawn_id, chunk)


def tail_of(swarm: Swarm, view: AgentView) -> LogTail | TranscriptTail:
    """The output of an agent, from its last lines on: as a transcript where there is a reader for its program."""
    path = swarm.agent_dir(view.id).stdout
    program = view.record.program if view.record is not None else view.spec.program if view.spec is not None else ""
    new_reader = new_reader_for(program, swarm.home.policy)
    return LogTail(path) if new_reader is None else TranscriptTail(path, new_reader)


def _differs(before: Wanted, wanted: Wanted) -> bool:
    return (before.view.id, before.view.spawn_id, before.tab) != (wanted.view.id, wanted.view.spawn_id, wanted.tab)


def process_rows(view: AgentView) -> tuple[ProcessRow, ...]:
    """The processes of an agent, keeper first, parents before children."""
    record = view.record
    root = record.keeper if record is not None and record.keeper is not None else record and record.process
    if view.stray is not None and root is None:
        root = view.stray.process
    if not root:
        return ()
    head = platform.stat(root.pid) if view.stray is not None else None  # of an agent, that is its keeper
    found = [describe(stat) for stat in (*((head,) if head is not None else ()), *tree(root))]
    depths = {root.pid: 0}
    rows: list[ProcessRow] = []
    for process in found:
        depth = depths.get(process.ppid, -1) + 1 if process.pid != root.pid else 0
        depths[process.pid] = depth
        rows.append(
            ProcessRow(
                pid=process.pid,
                depth=depth,
                command=clean(process.command, 300),
                state=process.state,
                rss_bytes=process.rss,
            )
        )
    return tuple(rows)
