"""Looks for orders to the reader in what agents write, say, read, print and name, some of it in every scan."""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from swarm.model.activity import Activity, Kind
from swarm.store.reader import Unreadable
from swarm.store.tail import FileTail
from swarm.tracking.suspects import Channel, Stream, of_names
from swarm.tracking.tracked_agent import TrackedAgent

if TYPE_CHECKING:
    from swarm.home.context import Home

SHARE_S = 0.02
"""Of one scan: what takes longer goes on in the next."""
AGENTS_A_SCAN = 64
"""Of whose plain output is asked."""
PATIENCE_S = 2.0
"""Of a look at everything by a caller that looks once."""
WINDOW_BYTES = 32 * 1024
"""Of plain output that came at once, or before the first look."""
_CHANNELS = {Kind.TEXT: Channel.SAID, Kind.TOOL_CLOSED: Channel.READ}


class TextExaminer:
    """Collects texts of agents as they come, and examines some of them in every scan: no picture waits for that."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._tails: dict[tuple[str, str], FileTail] = {}
        """By spawn id and stream: outputs that no reader of a program's own reads."""
        self._turn: list[str] = []
        self._waiting: dict[str, Stream] = {}
        """By agent: streams with texts that wait."""

    def hear(self, agent: TrackedAgent, heard: Iterable[tuple[Activity, float]]) -> None:
        """Takes what a program printed, as its reader understood it."""
        for activity, _ in heard:
            if activity.kind in _CHANNELS:
                self._offer(agent, _CHANNELS[activity.kind], activity.text)

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Takes what came on plain streams, of some agents a scan, and examines for a bounded time what waits.

        Returns the ids of agents of which something was found.
        """
        if everything or not self._turn:
            self._turn = [known for known, agent in agents.items() if agent.record is not None and agent.record.live]
            living = {agent.record.spawn_id for agent in agents.values() if agent.record is not None}
            self._tails = {key: tail for key, tail in self._tails.items() if key[0] in living}
        turn = len(self._turn) if everything else AGENTS_A_SCAN
        due, self._turn = self._turn[:turn], self._turn[turn:]
        for known in due:
            if known in agents:
                self._listen(agents[known])
        until = time.perf_counter() + (PATIENCE_S if everything else SHARE_S)
        return self._examine_files(agents.values(), until) | self._examine_streams(until)

    def _listen(self, agent: TrackedAgent) -> None:
        """stderr, and stdout where no reader knows what it means."""
        if agent.record is None or not agent.record.live or agent.directory is None:
            return
        files = self._home.layout.agent(agent.id)
        for path in (files.stderr,) if agent.follower is not None else (files.stdout, files.stderr):
            key = agent.record.spawn_id, path.name
            tail = self._tails.get(key)
            if tail is None:
                tail = self._tails[key] = FileTail(path, window=WINDOW_BYTES, line_bytes=WINDOW_BYTES)
            if not tail.grown():
                continue
            try:
                part = tail.read()
            except Unreadable:
                continue  # the page that shows it says why
            if part is not None and part.lines:
                self._offer(agent, Channel.OUTPUT, b"\n".join(part.lines).decode("utf-8", "replace"))

    def _examine_files(self, agents: Iterable[TrackedAgent], until: float) -> set[str]:
        found: set[str] = set()
        for agent in agents:
            names = (*(agent.directory.telling if agent.directory is not None else ()), *agent.telling_outputs)
            if names != agent.names:
                before, agent.names, agent.suspect_name = agent.suspect_name, names, of_names(names)
                found |= {agent.id} if agent.suspect_name != before else set()
            while agent.files is not None and agent.files.waits:
                if time.perf_counter() > until:
                    return found
                if agent.files.examine_next():
                    found.add(agent.id)
        return found

    def _examine_streams(self, until: float) -> set[str]:
        found: set[str] = set()
        while self._waiting and time.perf_counter() < until:
            for known, stream in list(self._waiting.items()):
                if stream.examine_next():
                    found.add(known)
                if not stream.waits:
                    del self._waiting[known]
                if time.perf_counter() > until:
                    break
        return found

    def _offer(self, agent: TrackedAgent, channel: Channel, text: str) -> None:
        spawn_id = agent.record.spawn_id if agent.record is not None else ""
        if agent.stream is None or agent.stream.spawn_id != spawn_id:
            agent.stream = Stream(spawn_id)
        agent.stream.offer(channel, text)
        if agent.stream.waits:
            self._waiting[agent.id] = agent.stream
