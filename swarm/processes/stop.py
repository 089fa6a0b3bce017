"""Stops everything that belongs to one agent, and reports what was found."""

import time
from collections.abc import Callable
from contextlib import suppress
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from typing import NamedTuple

from msgspec import Struct, to_builtins

from swarm import platform
from swarm.errors import SwarmError
from swarm.model.agent import Exit, FoundProcess, Identity, Liveness
from swarm.platform.process_info import Stat
from swarm.processes.identity import look
from swarm.processes.members import COMMAND_LENGTH, confirmed, members
from swarm.processes.runner import StopReport
from swarm.protocol.agent_files import StopOrder, read_exit, read_kept
from swarm.protocol.paths import AgentDir
from swarm.store import jsonio, writer
from swarm.store.aside import oddity, put_aside

Look = Callable[[], list[Stat]]


class Sweep(NamedTuple):
    """What a sweep did. clean: two looks found nothing any more."""

    clean: bool
    found: tuple[FoundProcess, ...]
    left: tuple[FoundProcess, ...]


def sweep(look: Look, *, seconds: float) -> Sweep:
    """Ends everything that `look` finds, and what it finds after that, for at most so many seconds."""
    deadline = time.monotonic() + seconds
    found: dict[tuple[int, int], FoundProcess] = {}
    left: dict[tuple[int, int], FoundProcess] = {}
    looks = 0
    while looks < 2 and time.monotonic() < deadline:
        caught = _catch(lambda: _without(look(), left), left, deadline)
        looks = 0 if caught else looks + 1
        for stat in caught:
            killed = named(stat, "KILL")
            if signal(stat, SIGKILL, left):
                found[stat.pid, stat.ticks] = killed
        for stat in caught:
            if not platform.wait_gone(stat.pid, stat.ticks, max(0.0, deadline - time.monotonic())):
                found.pop((stat.pid, stat.ticks), None)
                left[stat.pid, stat.ticks] = named(stat, "does not end: the kernel holds it")
    return Sweep(looks >= 2 and not left, tuple(found.values()), tuple(left.values()))


def release(look: Look) -> list[Stat]:
    """Lets everything go on that `look` finds stopped, children first: a shell must not see its children stopped."""
    stopped = [stat for stat in reversed(look()) if stat.state in ("T", "t")]
    return [stat for stat in stopped if signal(stat, SIGCONT)]


def signal(stat: Stat, number: int, left: dict[tuple[int, int], FoundProcess] | None = None) -> bool:
    """Signals this process; one that may not be signalled is noted in `left`."""
    try:
        return platform.signal(stat.pid, stat.ticks, number)
    except PermissionError:
        if left is not None:
            left[stat.pid, stat.ticks] = named(stat, "runs as another user: not permitted")
        return False


def _catch(look: Look, left: dict[tuple[int, int], FoundProcess], deadline: float) -> list[Stat]:
    """Stops all that is found, and what they started meanwhile, until no new process appears."""
    caught: dict[tuple[int, int], Stat] = {}
    while time.monotonic() < deadline:
        new = [stat for stat in look() if (stat.pid, stat.ticks) not in caught]
        if not new:
            break
        for stat in new:
            caught[stat.pid, stat.ticks] = stat
            signal(stat, SIGSTOP, left)
    return _without(list(caught.values()), left)


def _without(stats: list[Stat], left: dict[tuple[int, int], FoundProcess]) -> list[Stat]:
    return [stat for stat in stats if (stat.pid, stat.ticks) not in left]


def named(stat: Stat, how: str) -> FoundProcess:
    """This process, and how it ended or why it did not."""
    return FoundProcess(stat.pid, platform.command(stat.pid)[:COMMAND_LENGTH], how)


KEEPER_EXTRA_S = 9.0
"""What a keeper may need beyond the grace: a second for leftovers, five for the sweep, and a busy machine."""
SWEEP_S = 5.0
BY_SCAN = "verified by scan; a fully detached process cannot be excluded"


class _Stop(Struct):
    """One stop on its way."""

    keeper: Identity | None
    program: Identity | None
    marker: str
    agent: AgentDir
    asked: list[FoundProcess] = []
    found: list[FoundProcess] = []
    left: list[FoundProcess] = []
    steps: list[str] = []
    doubts: list[str] = []
    kept_in_sight: bool = False
    """All its descendants were below a subreaper until they were gone."""

    def members(self) -> list[Stat]:
        return members(self.keeper, self.program, self.marker)

    def members_and_writers(self) -> list[Stat]:
        """Slow, as every process is asked for its files; finds who emptied its environment where no keeper counted."""
        return members(self.keeper, self.program, self.marker, (self.agent.stdout, self.agent.stderr))

    def sweep(self, *, thorough: bool) -> bool:
        return self._sweep(self.members) and (not thorough or self._sweep(self.members_and_writers))

    def _sweep(self, look: Look) -> bool:
        swept = sweep(look, seconds=SWEEP_S)
        self.found += swept.found
        self.left += swept.left
        return swept.clean

    def all_found(self) -> tuple[FoundProcess, ...]:
        """What was asked to end and what was killed, without the program: that is no find."""
        by_pid = {each.pid: each for each in (*self.asked, *self.found)}
        for pid in (self.program.pid if self.program is not None else 0, *(each.pid for each in self.left)):
            by_pid.pop(pid, None)
        return tuple(by_pid.values())


def stop(
    keeper: Identity | None,
    program: Identity | None,
    marker: str,
    agent: AgentDir,
    *,
    grace: float,
) -> StopReport:
    """Stops an agent's whole process tree: orders its keeper, and scans where there is none that answers.

    grace: seconds between asking and killing. A recorded process that is not what it was is never signalled
    (protocol.md, Identity). What it cannot end it reports.
    """
    began = time.monotonic()
    work = _Stop(keeper, program, marker, agent)
    recorded = [each for each in (keeper, program) if each is not None]
    looked = {each: look(each) for each in recorded}
    strangers = tuple(each.pid for each in recorded if looked[each] is Liveness.STRANGER)
    if Liveness.ELSEWHERE in looked.values():
        return StopReport(
            gone=False,
            unverified="It runs in another container: nothing here can see or signal it.",
            took_ms=_since(began),
        )
    outcome: Exit | None = None
    if keeper is not None and confirmed(keeper, marker) and not _is_its_directory(agent, marker):
        gone = _end_without_directory(work, keeper, grace)
    elif keeper is not None and confirmed(keeper, marker):
        outcome = _order(work, keeper, grace)
        if outcome is None and confirmed(keeper, marker):
            work.steps.append("its keeper does not answer")
            gone = _end_with_keeper(work, keeper)
        else:
            gone = work.sweep(thorough=outcome is None)
    else:
        outcome = _outcome(agent, marker)
        if outcome is None and work.members():
            work.steps.append("its keeper is gone")
            _ask_directly(work, grace)
        gone = work.sweep(thorough=outcome is None)
    _judge(work, outcome, gone=gone)
    return StopReport(
        gone=gone and not work.left,
        found=work.all_found(),
        left=tuple(work.left),
        unverified=" ".join(work.doubts),
        steps=tuple(work.steps),
        exit_code=outcome.code if outcome is not None else None,
        took_ms=_since(began),
        strangers=strangers if outcome is None else (),
    )


def _judge(work: _Stop, outcome: Exit | None, *, gone: bool) -> None:
    """What can be said of the end, and what cannot."""
    recorded = [each for each in (work.keeper, work.program) if each is not None]
    if outcome is not None:
        work.found += outcome.found
        work.left += outcome.left
        work.steps += outcome.steps
        if not outcome.subreaper:
            work.steps.append(f"no subreaper here: {BY_SCAN}")
    elif any(each.boot_id == platform.boot_id() for each in recorded) and not work.kept_in_sight:
        work.doubts.append(f"Its keeper did not report the end: {BY_SCAN}.")
    if work.left:
        work.doubts.append("Still there: " + "; ".join(f"pid {each.pid} {each.how}" for each in work.left) + ".")
    elif not gone:
        work.doubts.append("New processes of it kept appearing while it was being stopped.")


def _order(work: _Stop, keeper: Identity, grace: float) -> Exit | None:
    """Has the keeper stop its agent; its report, or None where it gave none in time."""
    for path in (work.agent.order, work.agent.exit):
        if oddity(path):
            with suppress(OSError):  # a directory in its place would keep the keeper from its report
                put_aside(path, work.agent.run)
    try:
        writer.write_atomic(work.agent.order, jsonio.to_json(to_builtins(StopOrder(work.marker, float(grace)))))
    except SwarmError as error:
        work.steps.append(f"the order could not be written ({error.title}): the terms of the start hold")
    stat = platform.stat(keeper.pid)
    if stat is not None and stat.state in ("T", "t"):
        work.steps.append("CONT to its keeper")
        platform.signal(keeper.pid, keeper.ticks, SIGCONT)
    if platform.signal(keeper.pid, keeper.ticks, SIGTERM):
        work.steps.append("ordered its keeper")
    platform.wait_gone(keeper.pid, keeper.ticks, grace + KEEPER_EXTRA_S)
    return _outcome(work.agent, work.marker)


def _is_its_directory(agent: AgentDir, marker: str) -> bool:
    """Whether the keeper's own word lies there; where it does not, a report of the end would be written elsewhere."""
    kept = read_kept(agent).value
    return kept is not None and kept.spawn_id == marker


def _end_without_directory(work: _Stop, keeper: Identity, grace: float) -> bool:
    """Its directory was removed or moved, so its keeper can report nothing: it is stopped first, and only watches."""
    work.steps.append("its directory is gone: its keeper cannot report")
    platform.signal(keeper.pid, keeper.ticks, SIGSTOP)
    _ask_directly(work, grace)
    return _end_with_keeper(work, keeper)


def _end_with_keeper(work: _Stop, keeper: Identity) -> bool:
    """A keeper that does not answer is stopped, so that it keeps its descendants in sight, and goes last."""
    platform.signal(keeper.pid, keeper.ticks, SIGSTOP)
    gone = work.sweep(thorough=False)
    if gone:
        work.kept_in_sight = platform.HAS_SUBREAPER
        platform.signal(keeper.pid, keeper.ticks, SIGKILL)
        return platform.wait_gone(keeper.pid, keeper.ticks, SWEEP_S)
    platform.signal(keeper.pid, keeper.ticks, SIGCONT)
    return False


def _ask_directly(work: _Stop, grace: float) -> None:
    """The ladder's first rungs where no keeper climbs it."""
    there = work.members()
    if not there:
        return
    work.asked = [named(stat, "TERM") for stat in there if signal(stat, SIGTERM)]
    release(work.members)
    work.steps.append(f"signal {SIGTERM} to {len(work.asked)} found by scan")
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline:
        there = work.members()
        if not there:
            return
        platform.wait_gone(there[0].pid, there[0].ticks, min(0.1, max(0.0, deadline - time.monotonic())))
    work.steps.append("KILL")


def _outcome(agent: AgentDir, marker: str) -> Exit | None:
    """exit.json of this spawn; None where there is none that can be read."""
    found = read_exit(agent).value
    return found if found is not None and marker and found.spawn_id == marker else None


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
