"""What every tool call of an agent waits for: `swarm-tui hook guard` before it, `swarm-tui hook after` behind it."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence

from swarm.programs.claude import settings
from swarm.programs.claude.permissions import Scope
from swarm.protocol.agent_files import read_spec
from tests.bench import yardsticks
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.pty import environment
from tests.bench.room import COMMAND

RUNS, QUICK_RUNS = 41, 11
WHY = "the call is read as JSON and judged by rules that have to be imported"
AIMS = {"guard": 1.5, "after": 1.7}


def measure(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Medians and the slow ends of both, turn and turn about with the yardstick; the guard must really judge."""
    agent = bench.agent(bench.live[0])
    spec = read_spec(agent).value
    assert spec is not None, "the agent has no spec"
    agent.run.mkdir(exist_ok=True)
    scope = Scope("owns", writable=(agent.path,), protected=(agent.run, bench.root / "swarm.toml"))
    agent.guard.write_text(json.dumps(settings.guard(spec, bench.home.layout, scope)))
    own = {"SWARM_HOME": os.fspath(bench.root), "SWARM_AGENT": spec.id, "SWARM_SPAWN": spec.spawn_id}
    inside = _input(os.fspath(agent.path), "Write", {"file_path": os.fspath(agent.path / "page.md"), "content": "x"})
    outside = _input(os.fspath(agent.path), "Write", {"file_path": "/etc/passwd", "content": "x"})
    assert b"deny" in _run([COMMAND, "hook", "guard"], own, outside)[1], "the guard lets everything through"
    took: dict[str, list[float]] = {"guard": [], "after": [], "yard": []}
    runs = QUICK_RUNS if quick else RUNS
    for _ in range(runs + 1):
        for name in ("guard", "after"):
            took[name].append(_run([COMMAND, "hook", name], own, inside)[0])
        took["yard"].append(_run(yardsticks.import_json(), {}, b"")[0])
    # The first of each only filled the caches.
    ms = {name: each[1:] for name, each in took.items()}
    return [
        Figure.of(
            f"swarm-tui hook {which}", ms[which], "ms", aim, yardsticks.BARE, ms["yard"], aim_is_ratio=True, reason=WHY
        )
        for which, aim in AIMS.items()
    ]


def _input(cwd: str, tool: str, given: Mapping[str, str]) -> bytes:
    call = {"tool_name": tool, "tool_input": given, "tool_use_id": "toolu_1", "cwd": cwd}
    return json.dumps({"session_id": "s", "hook_event_name": "PreToolUse", **call}).encode()


def _run(argv: Sequence[str], more: Mapping[str, str], said: bytes) -> tuple[float, bytes]:
    """(milliseconds that a command takes, what it prints)."""
    env = environment(more)
    began = time.perf_counter()
    done = subprocess.run(argv, env=env, input=said, stdout=subprocess.PIPE, check=True)
    return (time.perf_counter() - began) * 1000, done.stdout
