"""Who asks through a hook, and what it was given: environment and standard input, both taken with care."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from swarm.errors import Code, SwarmError
from swarm.home.actor import AGENT_VARIABLE, SPAWN_VARIABLE
from swarm.model.actor import AuditVerb
from swarm.protocol.names import check_id
from swarm.protocol.paths import AgentDir, Layout
from swarm.store.jsonio import parse_json

HOME_VARIABLE = "SWARM_HOME"
MAX_INPUT = 8 << 20
"""Bytes of a hook's input. A tool call that writes a large file carries all of it."""
STEP = 1 << 16


class HookCaller(NamedTuple):
    """The agent whose program runs the hook, as its environment names it. Nothing of it has been checked on disk."""

    layout: Layout
    agent: AgentDir
    id: str
    spawn_id: str


class HookError(SwarmError):
    """A hook cannot do what it is there for."""

    code = Code.HOOK


def caller_of(env: Mapping[str, str]) -> HookCaller:
    """The agent of this environment; raises HookError where there is none, Refused `name` where the id leads out."""
    home, agent_id, spawn_id = (env.get(name, "") for name in (HOME_VARIABLE, AGENT_VARIABLE, SPAWN_VARIABLE))
    if not (home and agent_id and spawn_id):
        raise HookError(
            "This is not the environment of an agent.",
            f"{HOME_VARIABLE}, {AGENT_VARIABLE} and {SPAWN_VARIABLE} are not all set.",
            "Hooks are run by an agent's program, not by hand.",
        )
    if not os.path.isabs(home):
        raise HookError(f"{HOME_VARIABLE} is {home[:200]!r}, which is no absolute path.")
    layout = Layout(Path(home))
    return HookCaller(layout, layout.agent(check_id(agent_id)), agent_id, spawn_id)


def read_input(descriptor: int = 0) -> bytes:
    """All of a hook's input; raises HookError where it is larger than MAX_INPUT, OSError where it cannot be read."""
    parts: list[bytes] = []
    size = 0
    while part := os.read(descriptor, STEP):
        size += len(part)
        if size > MAX_INPUT:
            raise HookError("The hook was given too much.", f"It takes {MAX_INPUT} bytes.")
        parts.append(part)
    return b"".join(parts)


def parse_input(data: bytes) -> dict[str, Any]:
    """The object that a hook was given; raises Invalid where it is none."""
    return parse_json(data, "the hook's input")


def text_of(given: Mapping[str, Any], key: str) -> str:
    """A text of the input; '' where there is none."""
    value = given.get(key)
    return value if isinstance(value, str) else ""


Answer = Mapping[str, object]


def deny(reason: str) -> Answer:
    """PreToolUse: the call is not made, and the model is told why."""
    return {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        }
    }


def context(event: str, text: str) -> Answer:
    """Words that reach the model with the result of its call."""
    return {"hookSpecificOutput": {"hookEventName": event, "additionalContext": text}}


def stop(reason: str) -> Answer:
    """The program ends its run here."""
    return {"continue": False, "stopReason": reason}


def block(reason: str) -> Answer:
    """Stop: the turn does not end yet; the model goes on with the reason."""
    return {"decision": "block", "reason": reason}


def dump(answer: Answer) -> bytes:
    """The answer as it is printed."""
    return json.dumps(answer).encode() + b"\n"


AUDIT_S = 2.0


def record(
    caller: HookCaller, verb: AuditVerb, *, ok: bool = True, code: str = "", reason: str = "", **more: object
) -> None:
    """A line in the audit log about what a hook did, in the name of the agent."""
    from swarm.ledger import audit_log

    audit_log.append(
        caller.layout,
        caller.id,
        verb,
        agent=caller.id,
        spawn_id=caller.spawn_id,
        ok=ok,
        code=code,
        reason=reason,
        wall=time.time(),
        sync=None,
        wait_s=AUDIT_S,
        **more,
    )
