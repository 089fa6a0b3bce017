"""Lives of agents, as their updates, files and tool calls tell them, played on a real disk before a scanner."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from swarm.home.context import Home
from swarm.ledger.ledger import Ledger
from swarm.model.health import Health
from swarm.model.reports import ProgressLine
from swarm.model.snapshot import AgentView
from swarm.protocol.paths import AgentDir, Layout
from swarm.protocol.progress import append
from swarm.rules.health import verdict
from swarm.scan.scanner import Scanner
from tests.campaign.case import HONEST, Case
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of, view_in

LOOPS = Health.LOOPING.value
SILENT = Health.OVERDUE.value
AGENT = "worker-1"
UNEVEN = (571.0, 618.0, 604.0, 655.0, 583.0, 597.0, 641.0)
"""Seconds between updates of one who does something in between."""
CLOCKWORK = (600.0,)


@dataclass(frozen=True)
class Call:
    """A tool call of a program with a stream, and what it gave back."""

    tool: str
    text: str
    result: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Step:
    """What happens before an update, and the update."""

    said: str = ""
    """As `swarm-tui progress` has it; '' for none."""
    outputs: int | None = None
    writes: tuple[tuple[str, str], ...] = ()
    """Files below its directory, with what is in them."""
    appends: str = ""
    """Further text in its progress.md, as it is."""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Life(Case):
    """An agent that reports, and is judged after its last update."""

    failure: int = 3
    steps: tuple[Step, ...]
    pauses: tuple[float, ...] = UNEVEN
    """Seconds before each update, in turn."""
    declares: tuple[str, ...] = ()
    """Patterns of its outputs."""
    children: int = 0


def saying(*sentences: str) -> tuple[Step, ...]:
    """An agent that only says something."""
    return tuple(map(Step, sentences))


def judge_life(case: Life, directory: Path) -> str:
    """The state of the agent at the end, where it is one of those that a person should look at."""
    home, clock = _home(directory)
    agent = Grove(home.layout.root, foreign=False).managed(AGENT, outputs=list(case.declares), program="claude")
    record = record_of(AGENT, spawned_at=clock.wall(), program="claude" if _streams(case) else "command", slots=9)
    children = [record_of(f"{AGENT}/helper-{n}", spawned_at=clock.wall(), parent=AGENT) for n in range(case.children)]
    for child in children:
        Grove(home.layout.root, foreign=False).managed(child.id)
    enter(home, record, *children)
    scanner = Scanner(home)
    written: dict[str, float] = {}
    with patch("swarm.probes.outputs.lstat", lambda path: _as_of(os.lstat(path), written.get(path, 0.0))):
        for number, step in enumerate(case.steps):
            clock.advance(case.pauses[number % len(case.pauses)])
            written |= dict.fromkeys((str(agent.path / name) for name, _ in step.writes), clock.wall())
            _play(agent, step, clock.wall(), number)
            view = view_in(scanner.full(), AGENT)
    return _verdict(home, view)


def _as_of(found: os.stat_result, wall: float) -> SimpleNamespace:
    """The state of a file at the time of the play, for its change time cannot be set."""
    times = {"st_mtime": wall, "st_ctime": wall, "st_mtime_ns": int(wall * 1e9), "st_ctime_ns": int(wall * 1e9)}
    return SimpleNamespace(st_mode=found.st_mode, st_size=found.st_size, st_ino=found.st_ino, **times)


def _home(directory: Path) -> tuple[Home, FakeClock]:
    clock = FakeClock()
    directory.mkdir(parents=True)
    (directory / "swarm.toml").write_text("")
    Ledger.create(Layout(directory), clock)
    return Home.open(Layout(directory), clock=clock), clock


def _play(agent: AgentDir, step: Step, wall: float, number: int) -> None:
    for name, text in step.writes:
        file = agent.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    if step.calls:
        agent.stdout.parent.mkdir(exist_ok=True)
        with agent.stdout.open("a") as stdout:
            for place, call in enumerate(step.calls):
                stdout.writelines(json.dumps(event) + "\n" for event in _events(call, f"t{number}-{place}"))
        os.utime(agent.stdout, (wall, wall))
    if step.said:
        append(agent, step.said, step.outputs, wall)
    if step.appends:
        with agent.progress.open("a") as progress:
            progress.write(step.appends)
    if step.said or step.appends:
        os.utime(agent.progress, (wall, wall))


def _events(call: Call, key: str) -> list[dict[str, object]]:
    named = "command" if call.tool == "Bash" else "file_path"
    use = {"type": "tool_use", "id": key, "name": call.tool, "input": {named: call.text, "content": call.result}}
    if call.tool != "Write":
        use["input"] = {named: call.text}
    back = {"type": "tool_result", "tool_use_id": key, "content": call.result, "is_error": call.failed}
    return [
        {"type": "assistant", "message": {"model": "m", "content": [use]}},
        {"type": "user", "message": {"role": "user", "content": [back]}},
    ]


def _streams(case: Life) -> bool:
    return any(step.calls for step in case.steps)


def _verdict(home: Home, view: AgentView) -> str:
    state = verdict(view, home.now(), home.policy, heartbeat_n=0).state
    return HONEST if state in (Health.FRESH, Health.LATE) else state.value


def lines_of(steps: tuple[Step, ...]) -> tuple[ProgressLine, ...]:
    """The updates as a scan reads them, for measuring."""
    return tuple(ProgressLine(600.0 * n, "2026-02-28 09:33", step.outputs, step.said) for n, step in enumerate(steps))
