"""What is said to a running Claude Code on its standard input: one JSON object a line."""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path

MAX_FIRST = 4 << 20
"""Bytes. What does not go into a pipe at once the keeper puts into it as the program reads."""


def user(text: str) -> bytes:
    """A turn: what the agent is told."""
    return _line({"type": "user", "message": {"role": "user", "content": text}})


def first(brief: str, task: Path) -> bytes:
    """Its brief as the first turn, whole; where that is longer than a turn should be, where to read it."""
    words = user(brief)
    if brief.strip() and len(words) <= MAX_FIRST:
        return words
    return user(
        f"Your brief is the file {task}. Read the whole of it now, in parts if it is long, and then do what it asks."
    )


def resumed(words: str, task: Path) -> bytes:
    """The first turn of a session that is taken up again, after the question for its cost: its totals may go on."""
    return cost() + first(words, task)


def message(text: str, key: str) -> bytes:
    """A message while it runs. key: the message's id, by which its arrival is known; '' without one."""
    return user(f"[{key}] {text}" if key else text)


def stop_task(task: str) -> bytes:
    """Ends one sub-agent of its own."""
    return _control({"subtype": "stop_task", "task_id": task})


def end() -> bytes:
    """Stops the turn, then ends the process."""
    return _control({"subtype": "interrupt"}) + end_session()


def end_session() -> bytes:
    """Ends the process at the end of its turn, with exit 0, and whatever its shells have in the background."""
    return _control({"subtype": "end_session"})


def cost() -> bytes:
    """What has it cost so far? Answered on its standard output."""
    return _control({"subtype": "get_session_cost"})


def _control(request: Mapping[str, object]) -> bytes:
    return _line({"type": "control_request", "request_id": f"swarm-{uuid.uuid4().hex[:12]}", "request": request})


def _line(value: Mapping[str, object]) -> bytes:
    # JSON knows no lone surrogates; the program would refuse the whole line.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
