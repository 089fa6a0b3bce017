"""A program that speaks Claude Code's language and whose service a test switches off and on, without a model."""

import json
import sys
from pathlib import Path

from swarm.model.beat import Beat
from swarm.model.record import Phase
from swarm.model.service import Waiting
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

SESSION = "5e0c0de0-0000-4000-8000-000000000002"
SCRIPT = """\
import json, os, sys
service = json.load(open(sys.argv[1]))
with open("starts", "a") as file:
    file.write(sys.stdin.read().replace("\\n", " ") + "\\n")
if service["broken"]:
    sys.exit("Error: Cannot find module 'cli.js'")
for line in service["lines"]:
    print(json.dumps(line), flush=True)
if service["up"]:
    with open("results.json", "w") as file:
        json.dump({"status": "success", "summary": "it is there"}, file)
if service["lasts"]:
    import time

    time.sleep(300)
sys.exit(0 if service["up"] else 1)
"""
SAID = {
    "rate_limit": "You've hit your session limit · resets 7:10am (UTC)",
    "server_error": "API Error: 529 Overloaded",
    "authentication_failed": "Not logged in · Please run /login",
}


class Service:
    """The service behind every agent of a home that runs the program `refused`."""

    def __init__(self, home: LiveHome, directory: Path, more: str = "") -> None:
        self._state = directory / "service.json"
        script = directory / "refused.py"
        script.write_text(SCRIPT)
        argv = json.dumps([sys.executable, "-S", str(script), str(self._state)])
        program = f'\n[programs.refused]\nkind = "command"\nformat = "claude"\nargv = {argv}\n'
        home.rules(more=more + program)
        home.swarm = home.open()
        self.up()

    def up(self) -> None:
        """It answers: agents finish at once."""
        self._write(up=True, lines=[_init(), _said("Done."), _result("Done.", failed=False)])

    def down(self, error: str = "server_error", status: int | None = 529, resets_at: float | None = None) -> None:
        """It refuses, with this kind of error. resets_at: wall seconds at which the account's limit ends."""
        limit = {"status": "rejected", "resetsAt": int(resets_at)} if resets_at is not None else None
        said = SAID[error]
        lines = [_init()]
        if limit is not None:
            lines.append({"type": "rate_limit_event", "rate_limit_info": limit, "session_id": SESSION})
        lines += [{**_said(said, "<synthetic>"), "error": error}, _result(said, failed=True, status=status)]
        self._write(up=False, lines=lines)

    def fails_after_work(self) -> None:
        """It answers once, and refuses the next request."""
        said = SAID["server_error"]
        lines = [_init(), _said("I begin."), {**_said(said, "<synthetic>"), "error": "server_error"}]
        self._write(up=False, lines=[*lines, _result(said, failed=True, status=529)])

    def works_on(self) -> None:
        """It answers, and agents work for as long as the test lasts."""
        self._write(up=False, lines=[_init(), _said("I begin.")], lasts=True)

    def hangs(self) -> None:
        """It takes every request, and answers none."""
        self._write(up=False, lines=[_init()], lasts=True)

    def break_program(self) -> None:
        """The program itself ends before it says anything, as after an update that failed."""
        self._state.write_text(json.dumps({"up": False, "broken": True, "lasts": False, "lines": []}))

    def _write(self, *, up: bool, lines: list[dict[str, object]], lasts: bool = False) -> None:
        self._state.write_text(json.dumps({"up": up, "broken": False, "lasts": lasts, "lines": lines}))


def starts(home: LiveHome, agent_id: str) -> list[str]:
    """The first words of each start of this agent's program."""
    path = home.agent(agent_id).path / "starts"
    return path.read_text().splitlines() if path.exists() else []


def _init() -> dict[str, object]:
    return {"type": "system", "subtype": "init", "session_id": SESSION, "model": "claude-opus-4-8", "mcp_servers": []}


def _said(text: str, model: str = "claude-opus-4-8") -> dict[str, object]:
    usage = {"input_tokens": 0, "output_tokens": 0}
    message = {"id": "m", "model": model, "content": [{"type": "text", "text": text}], "usage": usage}
    return {"type": "assistant", "message": message, "parent_tool_use_id": None, "session_id": SESSION}


def _result(text: str, *, failed: bool, status: int | None = None) -> dict[str, object]:
    told = {"type": "result", "subtype": "success", "is_error": failed, "api_error_status": status, "result": text}
    return {**told, "num_turns": 1, "session_id": SESSION, "total_cost_usd": 0, "usage": {}, "permission_denials": []}


def start(home: LiveHome, name: str = "worker-1", **more: object) -> None:
    home.spawn(name, program="refused", command=(), **more)


def ended(home: LiveHome, *names: str) -> None:
    """Their programs have ended, and the ledger knows."""
    for name in names:
        wait_for(home.agent(name).exit.exists, f"exit.json of {name}")
    home.swarm.settle()


def waiting(home: LiveHome, name: str = "worker-1") -> Waiting:
    record = home.record(name)
    assert record.phase is Phase.WAITING, record
    assert record.waiting is not None
    return record.waiting


def beat(home: LiveHome, after: float = 0.0) -> Beat:
    home.clock.advance(after)
    return home.swarm.beat(by="test", force=True)
