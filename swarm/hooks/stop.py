"""Stop: whether a turn may end without results, and that the program ends once there is nothing more to do."""

import os
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from swarm.errors import SwarmError
from swarm.hooks import context
from swarm.hooks.context import HookCaller, record, text_of
from swarm.hooks.deliver import delivered, is_late, ordered_to_stop, unread
from swarm.model.actor import AuditVerb
from swarm.processes import stdin_channel
from swarm.protocol import inbox
from swarm.protocol.results import check_results, read_object
from swarm.sanitize import clean
from swarm.store import locks
from swarm.store.jsonio import Invalid
from swarm.store.validators import Wrong

Say = Callable[[context.Answer], None]
MAX_ASKED = 3
WAIT_S = 2.0
LASTING = frozenset({"shell", "monitor"})
"""Background work that may never end by itself: where the results are there, it does not keep the program."""


def stop(caller: HookCaller, given: Mapping[str, Any], say: Say) -> int:
    """Answers the end of a turn; returns the exit status.

    Unread messages come first, then background work, then results: valid ones end the program, missing
    ones are asked for three times. An agent that never has results (the root) ends with its turn.
    """
    if is_late(caller):
        return 0
    if text_of(given, "hook_event_name") == "StopFailure" or ordered_to_stop(caller):
        return _close(caller)
    if _goes_on_with_messages(caller, say):
        return 0
    why = "" if is_root(caller) else why_not(caller)
    at_work = _at_work(given)
    if at_work - LASTING or (at_work and why):
        return 0
    if at_work:
        return _end_session(caller)
    if not why or not _may_ask(caller, given):
        return _close(caller)
    say(context.block(ask(why)))
    with suppress(SwarmError):
        record(caller, AuditVerb.ASK, ok=False, code="no-results", reason=why)
    return 0


def end(caller: HookCaller, given: Mapping[str, Any]) -> int:
    """A session of the program has ended: a line in the audit log, and what its sandbox left behind is taken away."""
    reason, session = clean(text_of(given, "reason"), 200), clean(text_of(given, "session_id"), 100)
    record(caller, AuditVerb.SESSION_END, reason=reason, session=session)
    remove_sandbox_leftovers()
    return 0


def is_root(caller: HookCaller) -> bool:
    """The root thinks in turns, and never has results."""
    return "/" not in caller.id


def why_not(caller: HookCaller) -> str:
    """Why there are no results that the engine would take; '' where there are."""
    try:
        found = read_object(caller.agent.results)
        if found is None:
            return "results.json is missing"
        check_results(found, caller.spawn_id)
    except Invalid as error:
        return f"results.json is not valid: {clean(error.why, 300)}"
    except Wrong as error:
        return f"results.json is not valid: {clean(str(error), 300)}"
    except SwarmError as error:
        return clean(str(error), 300)
    return ""


def ask(why: str) -> str:
    """What the model is told when it wants to end without results."""
    return (
        f"{inbox.FROM_ENGINE} You are not done: {why}. "
        "If your task is done, or cannot be done, write your results now, once: swarm-tui "
        'done --status success --summary "what is there, what is not" --output PATH, or the MCP tool done. The status '
        "may be partial or failed where that is the truth. If it is not done, go on with it and report progress."
    )


def _goes_on_with_messages(caller: HookCaller, say: Say) -> bool:
    """Blocks the end of the turn with messages that came in it. They are marked first: no end is blocked for ever."""
    if not inbox.undelivered(caller.agent)[0]:
        return False
    with suppress(SwarmError, OSError), locks.held(caller.agent.hooks_lock, WAIT_S) as mine:
        messages = unread(caller)
        if mine and messages.words:
            inbox.mark(caller.agent, messages.offset)
            say(context.block(messages.words))
            delivered(caller, messages)
            return True
    return False


def _may_ask(caller: HookCaller, given: Mapping[str, Any]) -> bool:
    """Counts one more time that results are asked for; False where that was often enough, or cannot be counted.

    A turn that did not begin with our asking (words of a person, a sub-agent's end) begins the count anew.
    """
    kept = inbox.read(caller.agent).get("asked")
    asked = kept if type(kept) is int and kept >= 0 and given.get("stop_hook_active") is not False else 0
    if asked >= MAX_ASKED:
        return False
    try:
        inbox.change(caller.agent, lambda memo: {**memo, "asked": asked + 1})
    except SwarmError:
        return False
    return True


def _at_work(given: Mapping[str, Any]) -> set[str]:
    """The kinds of background work that is still going on, as the program tells it."""
    tasks = given.get("background_tasks")
    if not isinstance(tasks, list):
        return set()
    return {text_of(task, "type") or "unknown" for task in tasks if isinstance(task, dict)}


def _close(caller: HookCaller) -> int:
    """Closes the program's standard input, so that it ends. Where it has no channel it ends by itself."""
    with suppress(SwarmError):
        stdin_channel.close(caller.agent)
    return 0


def _end_session(caller: HookCaller) -> int:
    """Ends the program with the shells that it left running: it would wait for them, and a server never ends."""
    from swarm.programs.claude.stdin_messages import end_session

    with suppress(SwarmError):
        stdin_channel.tell(caller.agent, end_session())
    return _close(caller)


SANDBOX_PREFIX = "claude-empty-"
"""Claude Code makes them in TMPDIR, as stand-ins for what its sandbox hides."""
LEFTOVER_AGE_S = 3600.0
"""Wall seconds: a younger one may be about to be used. Nothing hangs on a clock that is wrong: only empty ones go."""
MAX_REMOVED = 20_000


def remove_sandbox_leftovers(directory: str = "", now: float | None = None) -> int:
    """Removes old empty directories that the sandbox of a program left behind; returns how many. Raises nothing.

    Over weeks there would be hundreds of thousands, and a file system has only so many places. Whatever has something
    in it, belongs to another user, or is a link stays.
    """
    place = directory or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 where programs that know no TMPDIR go
    before = (time.time() if now is None else now) - LEFTOVER_AGE_S
    gone = 0
    with suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            if gone >= MAX_REMOVED:
                break
            if not entry.name.startswith(SANDBOX_PREFIX):
                continue
            with suppress(OSError):
                state = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and state.st_mtime < before:
                    os.rmdir(entry.path)
                    gone += 1
    return gone
