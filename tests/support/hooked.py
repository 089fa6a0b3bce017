"""An agent with all the files that hooks look at, and the real command that its program would run."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from swarm.protocol.paths import AgentDir, Layout
from swarm.verbs.init import init
from tests.support.cli import COMMAND, environment

SPAWN = "0123456789abcdef0123456789abcdef"


class Answered(NamedTuple):
    """What came of one call of a hook."""

    status: int
    out: bytes
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def denied(self) -> bool:
        """The call is not made: by exit status 2, or by a decision that the program understands."""
        if self.status == 2:
            return bool(self.err.strip())
        if self.status != 0 or not self.out:
            return False
        said = self.answer["hookSpecificOutput"]
        return bool(said["permissionDecision"] == "deny" and said["permissionDecisionReason"])

    @property
    def let_through(self) -> bool:
        """No word of ours: the program's own rules decide."""
        return self.status == 0 and not self.out

    @property
    def reason(self) -> str:
        return str(self.answer["hookSpecificOutput"]["permissionDecisionReason"])


class Hooked:
    """A home and one agent in it, as it is while its program runs; nothing runs."""

    def __init__(self, root: Path, agent_id: str = "genesis-01/idea/worker-1") -> None:
        init(root)
        self.root = root
        self.layout = Layout(root)
        self.id = agent_id
        self.dir: AgentDir = self.layout.agent(agent_id)
        parts = agent_id.split("/")
        for depth in range(len(parts)):
            self.add("/".join(parts[: depth + 1]))
        self.guard()

    def add(self, agent_id: str, spawn_id: str = SPAWN) -> AgentDir:
        """Another agent's directory with its agent.json."""
        agent = self.layout.agent(agent_id)
        agent.run.mkdir(parents=True, exist_ok=True)
        agent.log.mkdir(exist_ok=True)
        spec = {"schema": 1, "id": agent_id, "role": "worker", "spawn_id": spawn_id, "task": "t"}
        agent.spec.write_text(json.dumps(spec))
        return agent

    def guard(
        self, *, scope: str = "", writable: Sequence[Path | str] = (), protected: Sequence[Path | str] = (), **more: Any
    ) -> None:
        """Writes guard.json as the program's room does."""
        engine = [self.layout.state, self.layout.revs, self.layout.events, self.layout.lock, self.dir.run, self.dir.log]
        engine += [self.layout.roles, self.layout.templates]
        value = {
            "schema": 1,
            "spawn_id": SPAWN,
            "home": str(self.root),
            "agent": self.id,
            "scope": scope,
            "writable": [str(path) for path in writable],
            "protected": [str(path) for path in (*engine, *protected)],
        }
        self.dir.guard.write_text(json.dumps({**value, **more}))

    @property
    def env(self) -> dict[str, str]:
        return {"SWARM_HOME": str(self.root), "SWARM_AGENT": self.id, "SWARM_SPAWN": SPAWN}

    def call(self, which: str, given: object, env: Mapping[str, str] | None = None) -> Answered:
        """Runs the hook. given: bytes as they are, anything else as JSON."""
        data = given if isinstance(given, bytes) else json.dumps(given).encode()
        ran = subprocess.run(
            [COMMAND, "hook", which],
            input=data,
            capture_output=True,
            env={**environment(self.env), **(env or {})},
            cwd=self.root if self.root.is_dir() else "/",
            timeout=60,
            check=False,
        )
        return Answered(ran.returncode, ran.stdout, ran.stderr.decode(errors="replace"))

    def tool(self, tool: str, said: Mapping[str, object], cwd: str = "") -> Answered:
        """Asks the guard about one tool call."""
        given = {
            "session_id": "s",
            "transcript_path": "/nowhere",
            "cwd": cwd or str(self.dir.path),
            "permission_mode": "acceptEdits",
            "hook_event_name": "PreToolUse",
            "tool_name": tool,
            "tool_input": dict(said),
            "tool_use_id": "toolu_1",
        }
        return self.call("guard", given)

    def write(self, path: Path | str, tool: str = "Write", cwd: str = "") -> Answered:
        """Asks whether a file may be written."""
        key = "notebook_path" if tool == "NotebookEdit" else "file_path"
        return self.tool(tool, {key: os.fspath(path), "content": "x"}, cwd)

    def bash(self, command: str, cwd: str = "") -> Answered:
        """Asks whether a command may be run."""
        return self.tool("Bash", {"command": command, "description": "d"}, cwd)

    def after(self, **more: object) -> Answered:
        """A tool call has ended."""
        return self.call("after", {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_input": {}, **more})

    def stop(self, **more: object) -> Answered:
        """A turn is about to end."""
        return self.call("stop", {"hook_event_name": "Stop", "stop_hook_active": False, "background_tasks": [], **more})

    def events(self, verb: str) -> list[dict[str, Any]]:
        """The lines of the audit log about a verb."""
        rows = [json.loads(row) for row in self.layout.events.read_text().splitlines()]
        return [row for row in rows if row["verb"] == verb]
