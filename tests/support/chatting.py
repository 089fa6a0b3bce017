"""A home whose program `claude` is the chatter: quick, and no model behind it."""

import json
import sys
from pathlib import Path
from typing import Any

from swarm.protocol.paths import AgentDir
from tests.support import chatter
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

RULES = """
[programs.claude]
argv = [{python}, "-S", "-E", {chatter}]
mcp = false
env = {{ CHATTER_SESSIONS = {sessions} }}
"""


def with_chatter(home: LiveHome, more: str = "", **rules: float) -> Path:
    """Has the home run the chatter as `claude`; returns where its sessions lie. more: further settings."""
    sessions = home.root.parent / "sessions"
    sessions.mkdir(exist_ok=True)
    more += RULES.format(
        python=json.dumps(sys.executable), chatter=json.dumps(chatter.__file__), sessions=json.dumps(str(sessions))
    )
    home.rules(more=more, **rules)  # type: ignore[arg-type]  # as the test reads
    home.swarm.reread()
    return sessions


def chat(home: LiveHome, name: str = "worker-1", task: str = "Wait for words.", **more: object) -> AgentDir:
    """Spawns a chatter, and waits until its first turn is over."""
    home.swarm.spawn(home.request(name, program="claude", task=task, command=(), **more))
    agent = home.agent(name)
    wait_for(lambda: lines(agent, "init"), "its first turn")
    return agent


def lines(agent: AgentDir, kind: str = "") -> list[dict[str, Any]]:
    """What it has said: all, or of one type or subtype."""
    text = agent.stdout.read_text() if agent.stdout.exists() else ""
    said = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [each for each in said if not kind or kind in (each["type"], each.get("subtype"))]


def told(agent: AgentDir) -> list[str]:
    """What it was told, over all runs."""
    return [str(each["message"]["content"]) for each in lines(agent, "user")]


def session(agent: AgentDir) -> str:
    return str(json.loads(agent.session.read_text())["session"])


def kept(sessions: Path, agent: AgentDir) -> list[str]:
    """What its session holds."""
    return [json.loads(line) for line in (sessions / session(agent)).read_text().splitlines()]
