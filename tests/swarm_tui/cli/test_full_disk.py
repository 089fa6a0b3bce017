"""Every verb on a full disk, as a person types it: it works, or says that the disk is full and what to do."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from swarm.model.verbs import BY_NAME
from swarm.protocol.paths import Layout
from tests.support import full_disk
from tests.support.cli import Ran, agent_environment, made_home, swarm_tui
from tests.support.wait import wait_for

TOOL_CALL = '{"tool_name": "Bash", "tool_input": {"command": "ls"}}'


class OnFull(NamedTuple):
    """What a verb does on a full disk."""

    words: tuple[str, ...]
    works: bool | None
    """True: it does what it does. False: it says that the disk is full, and what to do. None: either, as much fits."""
    by: str = ""
    """The agent that calls it; '' for the operator."""
    status: int = 0
    """Its exit status where it works."""
    stdin: str = ""


VERBS: dict[str, OnFull] = {
    "status": OnFull(("status",), works=True),
    "roles": OnFull(("roles",), works=True),
    "templates": OnFull(("templates",), works=True),
    "events": OnFull(("events",), works=True),
    "log": OnFull(("log", "worker-1"), works=True),
    "sessions": OnFull(("sessions",), works=True),
    "worktrees": OnFull(("worktrees",), works=True),
    "completion": OnFull(("completion", "bash"), works=True),
    "config": OnFull(("config", "path"), works=True),
    "doctor": OnFull(("doctor",), works=True, status=1),
    "lint": OnFull(("lint",), works=True, status=1),
    "notify": OnFull(("notify",), works=True),
    "hook": OnFull(("hook", "after"), works=True, by="worker-1", stdin=TOOL_CALL),
    "mcp": OnFull(("mcp",), works=True, by="worker-1"),
    "init": OnFull(("init", "another"), works=False),
    "demo": OnFull(("demo", "--headless", "--for", "1s", "--dir", "a-demo"), works=False),
    "spawn": OnFull(("spawn", "new", "--role", "worker", "--task", "T", "--", "sleep", "9"), works=False),
    "respawn": OnFull(("respawn", "ended"), works=False),
    "message": OnFull(("message", "worker-2", "x" * 5000), works=False),
    "progress": OnFull(("progress", "y" * 900), works=None, by="worker-1"),
    "done": OnFull(("done", "--summary", "It is there."), works=False, by="worker-1"),
    "hold": OnFull(("hold", "worker-1", "--for", "2", "--why", "long build"), works=True),
    "pause": OnFull(("pause", "worker-1"), works=True),
    "resume": OnFull(("resume", "worker-1"), works=True),
    "results": OnFull(("results",), works=True),
    "read": OnFull(("read", "reported"), works=True),
    "outcomes": OnFull(("outcomes",), works=True),
    "accept": OnFull(("accept", "reported"), works=True),
    "reject": OnFull(("reject", "reported", "--why", "it is not there"), works=True),
    "dismiss": OnFull(("dismiss", "ghost"), works=True),
    "archive": OnFull(("archive", "reported"), works=False),
    "alerts": OnFull(("alerts",), works=True),
    "ack": OnFull(("ack", "--all"), works=True),
    "freeze": OnFull(("freeze",), works=True),
    "thaw": OnFull(("thaw",), works=True),
    "heartbeat": OnFull(("heartbeat", "--force"), works=True),
    "run": OnFull(("run", "--once"), works=True),
    "kill": OnFull(("kill", "worker-1", "--yes", "--reason", "it is over"), works=True),
}
OF_OTHER_THINGS = {"attach", "adopt", "diff", "merge", "handover"}
"""They need a repository, a session or a terminal before the disk matters."""


@pytest.fixture
def full_home(tmp_path: Path) -> Iterator[Path]:
    """A home on a small disk with agents that run, have ended, and have reported; not full yet."""
    with full_disk.small_disk(tmp_path / "disk") as disk, made_home(disk / "home") as home:
        for name in ("worker-1", "worker-2", "ended", "reported"):
            code = "exec sleep 600" if name.startswith("worker") else "exit 0"
            ran = swarm_tui("spawn", name, "--role", "worker", "--task", "T", "--", "sh", "-c", code, home=home)
            assert ran.status in (0, 1), ran.err
        layout = Layout(home)
        for name in ("ended", "reported"):
            agent = layout.agent(f"genesis-01/{name}")
            wait_for(agent.exit.exists, f"the end of {name}")
        results = layout.agent("genesis-01/reported")
        spawn_id = json.loads(results.spec.read_text())["spawn_id"]
        results.results.write_text(
            json.dumps({"schema": 1, "spawn_id": spawn_id, "status": "success", "summary": "It is there."})
        )
        ghost = layout.agent("genesis-01/ghost")
        ghost.path.mkdir()
        ghost.progress.write_text(f"{time.strftime('%Y-%m-%d %H:%M')} - Working.\n")
        assert swarm_tui("heartbeat", "--force", home=home).status == 0
        yield home


def test_the_table_holds_every_verb() -> None:
    assert VERBS.keys() | OF_OTHER_THINGS == BY_NAME.keys()


@pytest.mark.timeout(600)  # forty commands: a busy machine is no failure
def test_every_verb_works_on_a_full_disk_or_says_how_to_cure_it(full_home: Path) -> None:
    layout = Layout(full_home)
    for name, case in VERBS.items():
        full_disk.fill(full_home)
        env = agent_environment(full_home, f"genesis-01/{case.by}") if case.by else None
        ran = swarm_tui(*case.words, home=full_home, cwd=full_home, env=env, stdin=case.stdin)
        assert "Traceback" not in ran.err, (name, ran.err)
        if case.works is not True and ran.status:
            assert "disk is full" in ran.err.lower(), (name, ran.err)
            assert "Make room" in ran.err, (name, ran.err)
        assert case.works is None or (ran.status == case.status) == case.works, (name, ran)
        before = layout.agent("genesis-01/worker-1").progress
        if name == "progress":
            written = before.read_text() if before.exists() else ""
            assert written.count("y" * 900) == (ran.status == 0)
            assert written == "" or written.endswith("\n")

    rows = rows_of(swarm_tui("status", "--json", home=full_home))
    killed = rows["genesis-01/worker-1"]
    assert killed["state"] == "killed"
    assert str(killed["why"]).endswith("it is over")
    assert "genesis-01/new" not in rows
    assert not (full_home / "another" / "swarm.toml").exists()

    (full_home / "filling").unlink()
    assert swarm_tui("heartbeat", "--force", home=full_home).status == 0
    assert swarm_tui("spawn", "new", "--role", "worker", "--task", "T", "--", "sleep", "60", home=full_home).status == 0
    assert swarm_tui("archive", "reported", home=full_home).status == 0
    assert swarm_tui("doctor", home=full_home).status == 0
    assert [path for path in full_home.rglob(".swarm-*.tmp") if path.is_file()] == []
    assert swarm_tui("progress", "There is room.", env=agent_environment(full_home, "genesis-01/worker-2")).status == 0


def test_an_agent_whose_report_the_disk_does_not_take_hears_of_it_and_its_row_says_so(full_home: Path) -> None:
    env = agent_environment(full_home, "genesis-01/worker-2")
    full_disk.fill(full_home)

    ran = swarm_tui("done", "--summary", "It is there.", env=env)

    assert ran.status == 1
    assert "The disk is full." in ran.err
    problems = rows_of(swarm_tui("status", "--json", home=full_home))["genesis-01/worker-2"]["problems"]
    assert "its done of" in json.dumps(problems)
    assert "was not written: The disk is full." in json.dumps(problems)
    (full_home / "filling").unlink()
    assert swarm_tui("done", "--summary", "It is there.", env=env).status == 0
    assert "was not written" not in swarm_tui("status", "--json", home=full_home).out


def rows_of(ran: Ran) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in ran.document["agents"]}
