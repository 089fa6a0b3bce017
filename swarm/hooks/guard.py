"""PreToolUse: whether a tool may write where it wants to. Fails closed: what is not understood is not let through.

Tools that write a named file are held to guard.json. Of shell commands only what plainly names a file of the engine, or
of another agent, is denied here; the rest is for the program's permission rules and its sandbox to decide. A call
that is let through gets no word of ours, so that those rules decide about it.
"""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from swarm.hooks import subagents
from swarm.hooks.context import HookCaller, HookError, text_of
from swarm.hooks.write_scope import (
    DenialCode,
    NotWritable,
    WriteScope,
    covers,
    engine_owned,
    may_write,
    readings,
    write_scope_of,
)
from swarm.store.reader import read_json

WRITERS: Mapping[str, str] = {
    "Write": "file_path",
    "Edit": "file_path",
    "MultiEdit": "file_path",
    "NotebookEdit": "notebook_path",
}
"""Tools that write one file, and where their input names it."""
SHELL = "Bash"
SUBAGENTS = "subagents"
"""The code of a denial because as many are at work as the agent may have."""
SHOWN = 6
MAX_SHOWN = 300


class Denial(NamedTuple):
    """A call that is not let through. reason: for the model, with what it can do instead."""

    code: str
    tool: str
    target: str
    reason: str


def judge(caller: HookCaller, given: Mapping[str, Any], env: Mapping[str, str]) -> Denial | None:
    """Why a tool call is denied, or None. Raises SwarmError, OSError or ValueError where it cannot be judged."""
    tool = text_of(given, "tool_name")
    said = given.get("tool_input")
    if not tool or not isinstance(said, dict):
        raise HookError("The hook was not told which tool is called with what.")
    if tool in subagents.TOOLS:
        no = subagents.start(caller)
        return Denial(SUBAGENTS, tool, text_of(said, "description")[:MAX_SHOWN], no) if no else None
    scope = _write_scope(caller)
    cwd = text_of(given, "cwd") or scope.own
    if not os.path.isabs(cwd):
        raise HookError("The hook was given a working directory that is no absolute path.")
    if tool in WRITERS:
        return _written(scope, tool, said, cwd)
    if tool == SHELL:
        return _commanded(scope, said, cwd, env)
    return None


def _write_scope(caller: HookCaller) -> WriteScope:
    guard = read_json(caller.agent.guard)
    if guard is None:
        raise HookError(
            f"{os.fspath(caller.agent.guard)!r} is not there, so nothing says where this agent may write.",
            "" if caller.layout.policy.is_file() else "The home was moved or removed while the agent runs.",
            "" if caller.layout.policy.is_file() else "The operator puts it back, or spawns the agent anew.",
        )
    return write_scope_of(caller, guard)


def _written(scope: WriteScope, tool: str, said: Mapping[str, Any], cwd: str) -> Denial | None:
    path = said.get(WRITERS[tool])
    if not isinstance(path, str):
        raise HookError(f"{tool} was called without {WRITERS[tool]}.")
    no = may_write(scope, path, cwd)
    return None if no is None else _denied(scope, tool, path, no)


def _commanded(scope: WriteScope, said: Mapping[str, Any], cwd: str, env: Mapping[str, str]) -> Denial | None:
    command = said.get("command")
    if not isinstance(command, str):
        raise HookError("Bash was called without a command.")
    from swarm.hooks.shell_targets import targets

    for target in targets(command, cwd, env):
        try:
            meant = readings(target.path, target.cwd)
        except (HookError, ValueError):
            continue  # the shell will find no file by that name either
        for real in meant:
            no = engine_owned(scope, real) or (covers(scope, real) if target.whole else None)
            if no is not None:
                return _denied(scope, SHELL, target.path, no)
    return None


def _denied(scope: WriteScope, tool: str, target: str, no: NotWritable) -> Denial:
    from swarm.sanitize import clean  # most calls are not denied, and need not pay for it

    shown = clean(target, MAX_SHOWN)
    if no.code is DenialCode.OUTSIDE:
        allowed = ", ".join(clean(path, MAX_SHOWN) for path in scope.writable[:SHOWN]) or "nothing"
        more = len(scope.writable) - SHOWN
        what = (
            f"You may not write {shown}: it is outside of your scope. You may write: {allowed}"
            f"{f' and {more} more' if more > 0 else ''}. Put the file there. If your task cannot be done within that, "
            "say so in your progress and in your results; do not look for another way to write it."
        )
    elif no.code is DenialCode.SECOND_NAME:
        what = f"You may not write {shown}: {no.why}. Write a new file under another name instead."
    else:
        what = (
            f"You may not write {shown}: {no.why}. Report with `swarm-tui progress` and `swarm-tui done` or the MCP "
            "tools progress and done; steer agents below you with message, spawn and kill."
        )
    return Denial(no.code, tool, shown, what)
