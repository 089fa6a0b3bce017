"""One call of a hook from its input to its exit status: what the command `swarm-tui hook` does."""

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType

from swarm.errors import SwarmError
from swarm.hooks import context
from swarm.hooks.context import HookError, caller_of, parse_input, read_input, record
from swarm.model.actor import AuditVerb

GUARD, AFTER, STOP, END, SUBAGENT, SESSION = "guard", "after", "stop", "end", "subagent", "session"
HOOKS = (GUARD, AFTER, STOP, END, SUBAGENT, SESSION)
DENIED = 2
"""The exit status at which a program does not make the call (PreToolUse)."""
UNHEARD = 1
"""The exit status that programs note and otherwise ignore."""
LIMIT_S = 30.0
"""A hook that takes longer gives up: a program lets a call through when its guard is too slow for it."""
GIVE_UP_S = 5.0
"""What even that may take; then the system ends the hook, which is no permission either."""


def serve(which: str, env: Mapping[str, str]) -> int:
    """Answers one call on standard input and output; returns the exit status. Raises nothing."""
    signal.signal(signal.SIGALRM, _too_slow)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S, GIVE_UP_S)
    try:
        return _guard(env) if which == GUARD else _others(which, env)
    except BaseException as error:  # noqa: BLE001 - whatever it is, a guard that fails must not let the call through
        _tell(f"swarm-tui hook {which}: {_words(error)}")
        if which != GUARD:
            return UNHEARD
        with suppress(Exception):
            record(caller_of(env), AuditVerb.GUARD, ok=False, code="hook", reason=_words(error))
        return DENIED
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _guard(env: Mapping[str, str]) -> int:
    from swarm.hooks.guard import judge

    given = parse_input(read_input())
    caller = caller_of(env)
    denial = judge(caller, given, env)
    if denial is None:
        return 0
    _print(context.deny(denial.reason))
    with suppress(SwarmError, OSError):  # it is denied, whether that can be written down or not
        record(
            caller,
            AuditVerb.GUARD,
            ok=False,
            code=denial.code,
            reason=denial.reason,
            tool=denial.tool,
            target=denial.target,
        )
    return 0


def _others(which: str, env: Mapping[str, str]) -> int:
    given = parse_input(read_input())
    caller = caller_of(env)
    if which == AFTER:
        from swarm.hooks.deliver import after

        return after(caller, given, _print)
    if which == SUBAGENT:
        from swarm.hooks import subagents

        return subagents.end(caller)
    if which == SESSION:
        from swarm.hooks import sessions

        return sessions.begin(caller, given)
    if which == STOP:
        from swarm.hooks.stop import stop

        return stop(caller, given, _print)
    from swarm.hooks.stop import end

    return end(caller, given)


def _too_slow(number: int, frame: FrameType | None) -> None:
    del number, frame
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    raise HookError(f"It took longer than {LIMIT_S:g} s.", "The machine is very busy, or its disk does not answer.")


def _print(answer: context.Answer) -> None:
    data = context.dump(answer)
    while data:
        data = data[os.write(1, data) :]


def _words(error: BaseException) -> str:
    return str(error) if isinstance(error, SwarmError) else f"{type(error).__name__}: {str(error)[:300]}"


def _tell(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(text.encode("ascii", "backslashreplace").decode() + "\n")
        sys.stderr.flush()
