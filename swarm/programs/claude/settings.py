"""What Claude Code is configured with for one agent: permissions, hooks, sandbox, our MCP server, the guard."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

from swarm.model.agent import AgentSpec
from swarm.platform.own_command import our_command
from swarm.programs.claude.permissions import NESTED, Scope
from swarm.programs.environment import own
from swarm.programs.work_places import worktree_of
from swarm.protocol.paths import AgentDir, Layout
from swarm.protocol.subagents import allowance

SCHEMA = 1
WRITERS = "Write|Edit|MultiEdit|NotebookEdit|Bash"
STARTERS = "Agent|Task"
"""What starts a sub-agent, in the words of several releases."""
HOOK_S = 120
"""A PreToolUse hook that takes longer lets the tool run: it must never come to that on a busy machine."""
SERVER = "swarm"


def files(
    spec: AgentSpec,
    layout: Layout,
    agent: AgentDir,
    scope: Scope,
    *,
    mcp: bool,
    gate: bool,
    logins: Mapping[str, object] = {},
) -> dict[Path, bytes]:
    """The files below the agent's `.run` that must be there before it starts, without session and system prompt.

    gate: it is asked for its results before it may stop, and ends by itself afterwards; else a person is at it, and may
    begin other sessions, which are noted. logins: what the operator's own
    settings say of logins.
    """
    made = {
        agent.settings: _json({**logins, **settings(scope, gate=gate)}),
        agent.guard: _json(guard(spec, layout, scope)),
    }
    if spec.subagents:
        made[agent.subagents] = allowance(spec.subagents)
    return {**made, agent.mcp: _json(servers(spec, layout))} if mcp else made


def settings(scope: Scope, *, gate: bool = True) -> dict[str, object]:
    """settings.json: what it may do, and what is asked before and told after."""
    permissions: dict[str, object] = {"defaultMode": scope.mode, "allow": list(scope.allow), "deny": list(scope.deny)}
    if scope.directories:
        permissions["additionalDirectories"] = list(scope.directories)
    hooks: dict[str, object] = {
        "PreToolUse": [{"matcher": WRITERS, "hooks": [_hook("guard", closed=True)]}],
        "PostToolUse": [{"matcher": "*", "hooks": [_hook("after")]}],
        "SessionEnd": [{"hooks": [_hook("end")]}],
    }
    if NESTED in scope.tools:
        hooks["PreToolUse"] = [{"matcher": f"{WRITERS}|{STARTERS}", "hooks": [_hook("guard", closed=True)]}]
        hooks["SubagentStop"] = [{"hooks": [_hook("subagent")]}]
    if gate:
        hooks |= {event: [{"hooks": [_hook("stop")]}] for event in ("Stop", "StopFailure")}
    else:
        hooks["SessionStart"] = [{"hooks": [_hook("session")]}]
    made: dict[str, object] = {"permissions": permissions, "hooks": hooks, "includeCoAuthoredBy": False}
    if scope.sandbox is not None:
        made["sandbox"] = scope.sandbox
    return made


def servers(spec: AgentSpec, layout: Layout) -> dict[str, object]:
    """mcp.json: our verbs as tools. The server is told who calls; the agent cannot say otherwise."""
    command, *words = our_command()
    return {"mcpServers": {SERVER: {"command": command, "args": [*words, "mcp"], "env": own(spec, layout)}}}


def guard(spec: AgentSpec, layout: Layout, scope: Scope) -> dict[str, object]:
    """guard.json: what the hook before a tool call goes by."""
    return {
        "schema": SCHEMA,
        "spawn_id": spec.spawn_id,
        "home": str(layout.root),
        "agent": spec.id,
        "root": spec.parent is None,
        "scope": scope.held,
        "writable": [str(path) for path in scope.writable],
        "protected": [str(path) for path in scope.protected],
        "worktree": str(worktree_of(spec, layout) or ""),
    }


def _hook(which: str, *, closed: bool = False) -> dict[str, object]:
    """closed: whatever goes wrong (a crash, a signal, a missing file) refuses the tool call, which only exit 2 does."""
    command = shlex.join((*our_command(), "hook", which))
    return {"type": "command", "command": f"{command} || exit 2" if closed else command, "timeout": HOOK_S}


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
