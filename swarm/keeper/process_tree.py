"""Everything that descends from a keeper: looked at, warned, and swept until nothing is left."""

from __future__ import annotations

import os
import time

from swarm.keeper import procfs
from swarm.keeper.procfs import ProcessStat

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
else:
    import _signal as signal  # `signal` costs the keeper a megabyte of enums
MAX_FOUND = 100
COMMAND_LENGTH = 200
SWEEP_S = 5.0
"""A process that still lives so long after KILL is in the kernel's hands, and is reported as left."""
PAUSE_S = 0.02


class ProcessTree:
    """The program and its descendants. `wait` sleeps for so many seconds or until a child ends, and reaps."""

    def __init__(self, program: int, spawn_id: str, wait: Callable[[float], object]) -> None:
        self.program = program
        self.spawn_id = spawn_id
        self.more = 0
        """Found beyond the first hundred."""
        self._wait = wait
        self._found: dict[tuple[int, int], list[str]] = {}
        self._left: dict[tuple[int, int], list[str]] = {}

    def look(self) -> list[ProcessStat]:
        """The living, parents first, cut where another agent begins: one spawned from here has its own keeper."""
        me = os.getpid()
        seen: dict[int, ProcessStat] = {}
        pending = [me]
        while pending:
            parent = pending.pop(0)
            for pid in procfs.children_of(parent):
                each = procfs.look_at(pid)
                if each is None or each.dead or pid in seen or each.parent not in (parent, me):
                    continue
                if (pid, each.ticks) in self._left or (pid != self.program and self._is_anothers(pid)):
                    continue
                seen[pid] = each
                pending.append(pid)
        return list(seen.values())

    def _look_for_marker(self) -> list[ProcessStat]:
        """The living processes that carry our marker, wherever they are in the tree of processes."""
        me = os.getpid()
        marked = [pid for pid in procfs.all_pids() if pid != me and procfs.marker_of(pid) == self.spawn_id]
        looked = map(procfs.look_at, marked)
        return [each for each in looked if each and not each.dead and (each.pid, each.ticks) not in self._left]

    def _is_anothers(self, pid: int) -> bool:
        return procfs.marker_of(pid) not in (None, "", self.spawn_id)

    def terminate(self, *, reached: int = 0) -> None:
        """TERM to everyone but the program; to the process group `reached` it was sent already."""
        for each in self.look():
            if each.pid == self.program or (reached and each.group == reached):
                continue
            # Neither words nor environment: it may be another agent's keeper in the act of executing, which would
            # take TERM for an order.
            if procfs.command_line_of(each.pid) and not self._is_anothers(each.pid):
                self._send(each, signal.SIGTERM)

    def wake_stopped(self) -> bool:
        """Continues the stopped processes, because a stopped one cannot obey; returns whether there were any."""
        woken = [self._send(each, signal.SIGCONT) for each in self.look() if each.state == "T"]
        return any(woken)

    def sweep(self) -> None:
        """Stops on sight, then kills, until two looks find nothing; gives up on what the kernel holds."""
        deadline = time.monotonic() + SWEEP_S
        clean = 0
        while clean < 2:
            self._wait(0)
            caught = self._catch(self.look() or (self._look_for_marker() if clean else []))
            if not caught:
                clean += 1
                continue
            clean = 0
            for each in caught:
                self._kill(each)
            while any(procfs.living(each.pid, each.ticks) for each in caught) and time.monotonic() < deadline:
                self._wait(PAUSE_S)
            if time.monotonic() >= deadline:
                for each in self.look():
                    if each.pid != self.program:
                        self._leave(each, "does not end: the kernel holds it")
                return

    def _catch(self, seen: list[ProcessStat]) -> list[ProcessStat]:
        """Stops them all, and what they started meanwhile, until no new one appears: then none can start another."""
        caught: dict[tuple[int, int], ProcessStat] = {}
        while any((each.pid, each.ticks) not in caught for each in seen):
            for each in seen:
                if caught.setdefault((each.pid, each.ticks), each) is each:
                    self._send(each, signal.SIGSTOP)
            seen = self.look()
        return [each for key, each in caught.items() if key not in self._left]

    def _kill(self, each: ProcessStat) -> None:
        if each.pid != self.program and self._is_anothers(each.pid):
            self._send(each, signal.SIGCONT)
        elif self._send(each, signal.SIGKILL):
            self.note(each, "KILL")

    def _send(self, each: ProcessStat, number: int) -> bool:
        try:
            return procfs.send(each.pid, each.ticks, number)
        except PermissionError:
            self._leave(each, "runs as another user: not permitted")
            return False

    def note(self, each: ProcessStat, how: str) -> None:
        """Keeps what was found, and how it was ended in the end. The program itself is no find."""
        key = (each.pid, each.ticks)
        if key in self._found:
            self._found[key][1] = how
        elif each.pid == self.program:
            return
        elif len(self._found) < MAX_FOUND:
            self._found[key] = [procfs.command_of(each.pid)[:COMMAND_LENGTH], how]
        else:
            self.more += 1

    def _leave(self, each: ProcessStat, why: str) -> None:
        self._left[(each.pid, each.ticks)] = [procfs.command_of(each.pid)[:COMMAND_LENGTH], why]
        self._found.pop((each.pid, each.ticks), None)

    def found(self) -> list[dict[str, object]]:
        """What was found beside the program and ended, as exit.json tells it."""
        return _listed(self._found)

    def left(self) -> list[dict[str, object]]:
        """What could not be ended, and why."""
        return _listed(self._left)


def _listed(noted: dict[tuple[int, int], list[str]]) -> list[dict[str, object]]:
    return [{"pid": pid, "command": command, "how": how} for (pid, _), (command, how) in noted.items()]
