"""What is written down of a run before it starts: the line by which readers know where it begins, and its session."""

import json
import time
from collections.abc import Sequence
from enum import StrEnum

from swarm.model.activity import Tokens
from swarm.model.agent import AgentSpec
from swarm.programs.stream_fields import MAX_WHOLE, decode

NOTHING = Tokens()


def run_mark(spec: AgentSpec, program: str) -> bytes:
    """What a keeper writes into log/stdout before the start (`Launch.mark`)."""
    line = {"type": "swarm", "subtype": "run", "spawn_id": spec.spawn_id, "at": time.time()}
    return json.dumps({**line, "program": program, "model": spec.model}).encode() + b"\n"


class Talk(StrEnum):
    """What is known of what was said and used in a person's terminal. The words stand in the marks of runs."""

    TOLD = "told"
    UNTOLD = "untold"


def terminal_mark(spec: AgentSpec, program: str, talk: Talk, at: float) -> bytes:
    """The mark of a run in a person's terminal. at: wall seconds at which it began."""
    line = {"type": "swarm", "subtype": "run", "spawn_id": spec.spawn_id, "at": at}
    return json.dumps({**line, "program": program, "model": spec.model, "terminal": talk}).encode() + b"\n"


def session_file(spec: AgentSpec, program: str, session: str) -> bytes:
    """session.json: which session this agent has, to go on with."""
    chosen = {"schema": 1, "spawn_id": spec.spawn_id, "program": program, "session": session}
    return json.dumps(chosen, indent=2).encode() + b"\n"


def before(line: bytes) -> Tokens:
    """What a session had used before it went on in another agent, as the mark of a run says it."""
    mark = decode(line)
    found = mark.get("before") if mark is not None else None
    if not isinstance(found, list) or len(found) != 4:
        return NOTHING
    if not all(type(number) is int and 0 <= number <= MAX_WHOLE for number in found):
        return NOTHING
    return Tokens(*found)


def going_on(mark: bytes, earlier: bytes, used: Sequence[int] | None) -> bytes:
    """The mark of a run in which a session goes on that another agent began.

    Some programs count a session's tokens from its very start: what was used before is not this agent's.
    earlier: the first line of the other agent's output. used: what that agent used itself; None where it is unknown.
    """
    line = decode(mark)
    if line is None:
        return mark
    total = before(earlier) + (Tokens(*used) if used is not None else NOTHING)
    line["before"] = [total.input, total.output, total.cache_read, total.cache_write]
    return json.dumps(line).encode() + b"\n"
