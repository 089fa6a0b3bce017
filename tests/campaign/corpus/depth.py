"""Depth creep: what an agent's program starts, and what lies below its directory, beside the engine or its own."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from swarm.home.context import Home
from swarm.ledger.ledger import Ledger
from swarm.model.record import Phase, Record
from swarm.model.values import replace
from swarm.probes.strays import StrayLooks
from swarm.processes.identity import identify
from swarm.processes.members import below
from swarm.protocol.paths import Layout
from tests.campaign.case import Case
from tests.support.clocks import FakeClock
from tests.support.homes import stop_pids
from tests.support.strays import make_claude
from tests.support.trees import Grove, enter, record_of, scanner_of
from tests.support.wait import wait_for

STRAY, GHOST = "stray", "ghost"
SPAWNED_AT = "2026-02-28 09:00"
DEV = "dev"


@dataclass(frozen=True, kw_only=True)
class ProcessCase(Case):
    """What a shell runs that is an agent's program. `$claude` is a stand-in that bears a coding agent's name."""

    failure: int = 6
    runs: str
    lasting: int = 2
    """How many processes at the ends of the tree there are once all of it runs: each sleeps, or waits for another."""
    program: str = "command"


@dataclass(frozen=True, kw_only=True)
class DocumentCase(Case):
    """Files below the directory of an agent that was spawned at SPAWNED_AT."""

    failure: int = 6
    files: Mapping[str, str]


def judge(case: Case, directory: Path) -> str:
    """STRAY or GHOST where something stands below the agent that the ledger does not know."""
    layout, clock = Layout(directory), FakeClock()
    directory.mkdir(parents=True)
    layout.policy.write_text("")
    Ledger.create(layout, clock)
    home = Home.open(layout, clock=clock)
    if isinstance(case, DocumentCase):
        return _judge_documents(case, home)
    assert isinstance(case, ProcessCase)
    return _judge_process(case, home)


def _judge_documents(case: DocumentCase, home: Home) -> str:
    grove = Grove(home.layout.root, foreign=False)
    grove.managed(DEV)
    spawned_at = time.mktime(time.strptime(SPAWNED_AT, "%Y-%m-%d %H:%M"))
    enter(home, record_of(DEV, spawned_at=spawned_at))
    for name, text in case.files.items():
        path = home.layout.agent(DEV).path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    views = scanner_of(home.layout).full().agents
    return GHOST if any(view.id != DEV for view in views) else ""


def _judge_process(case: ProcessCase, home: Home) -> str:
    claude = make_claude(home.layout.root / "bin")
    script = f"claude={claude}\n{case.runs}"
    begun = subprocess.Popen(["bash", "-c", script], start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        record = Record(DEV, "s-dev", Phase.RUNNING, program=case.program, process=identify(begun.pid))
        state = replace(home.ledger.read(), agents={DEV: record})
        looks = StrayLooks(home)
        wait_for(lambda: _is_at_rest(begun.pid, case.lasting), f"{case.name} to run")
        looks.look(state, now=True)
        return STRAY if looks.found else ""
    finally:
        stop_pids([*(stat.pid for stat in below([begun.pid], "")), begun.pid])
        begun.wait()


def _is_at_rest(pid: int, lasting: int) -> bool:
    """Whether all of it has begun: each process without a child is one that lasts, and as many are there as will be."""
    there = below([pid], "")
    parents = {stat.ppid for stat in there}
    ends = [stat.name for stat in there if stat.pid not in parents]
    return len(ends) == lasting and set(ends) <= {"sleep", "cat"}


CASES: tuple[Case, ...] = (
    ProcessCase(name="in the background", right=STRAY, runs="$claude -p look & sleep 300; true"),
    ProcessCase(name="in a session of its own", right=STRAY, runs="setsid env -i $claude -p look & sleep 300; true"),
    ProcessCase(name="below a shell of its own", right=STRAY, runs="bash -c '$0 -p look & sleep 300' $claude & wait"),
    ProcessCase(name="a second one beside the first", right=STRAY, runs="$claude -p one & $claude -p two & wait"),
    ProcessCase(
        name="a coding agent that starts another by its shell",
        lasting=1,
        right=STRAY,
        program="claude",
        runs="($claude -p look; true); true",
    ),
    ProcessCase(name="what a command was spawned to run", lasting=1, runs="$claude -p look; true"),
    ProcessCase(name="the same, with its output led on", runs="$claude -p look | cat; true"),
    ProcessCase(name="the same, with a time limit", lasting=1, runs="timeout 300 $claude -p look; true"),
    ProcessCase(name="a server for other programs", runs="$claude mcp serve & sleep 300; true"),
    ProcessCase(name="a sub-shell that waits", runs="(sleep 300; true) & sleep 300; true"),
    ProcessCase(name="a tool whose argument names one", runs="bash -c 'sleep 300; true' claude & sleep 300; true"),
    DocumentCase(
        name="a directory in which an agent reports",
        right=GHOST,
        files={"helper/progress.md": "2026-02-28 09:33 - Working on the third page.\n"},
    ),
    DocumentCase(
        name="one two levels down",
        right=GHOST,
        files={"team/helper/progress.md": "# Progress\n\n- 2026-02-28 09:33 Working on the third page.\n"},
    ),
    DocumentCase(
        name="a clone with documents in it",
        files={
            "shop/.git/HEAD": "ref: main\n",
            "shop/docs/task.md": "Fix the login form.\n",
            "shop/progress.md": "- x\n",
        },
    ),
    DocumentCase(
        name="an unpacked archive with an old progress.md",
        files={"shop/README": "A shop.\n", "shop/progress.md": "2025-11-02 10:00 - Scaffold is there.\n"},
    ),
    DocumentCase(name="notes of its own", files={"docs/task.md": "What I have to do.\n"}),
    DocumentCase(name="a list of its own", files={"plan/progress.md": "# Progress\n\n- [x] scaffold\n- [ ] ship\n"}),
    DocumentCase(name="figures of a test runner", files={"bench/results.json": '{"p50_ms": 12.5}'}),
)
