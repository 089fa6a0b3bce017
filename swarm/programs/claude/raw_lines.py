"""Single lines of Claude Code's stream: read at no more cost than needed, also cut ones; the words of a turn's end."""

import re
from collections.abc import Mapping
from typing import Any

from swarm.model.activity import Activity, Kind
from swarm.programs import stream_fields
from swarm.programs.stream_fields import block
from swarm.protocol.inbox import FROM_ENGINE
from swarm.sanitize import clean

CUT = 256 * 1024
"""Bytes from which a line that is no JSON counts as one that was cut, and its head is looked at."""
_DOUBLE = b',"tool_use_result":'
_RETURNED = re.compile(rb'"tool_use_id":"([\w-]{1,128})"')
_OPENED = re.compile(rb'"type":"tool_use","id":"([\w-]{1,128})","name":"([\w-]{1,128})"')
MESSAGE_IDS = re.compile(r"^\[(m-[0-9a-f]{4,32})\]", re.MULTILINE)
REFUSED = re.compile(
    r"Permission (?:to|for) |Claude requested permissions? |PreToolUse:[\w-]{1,80} hook |You may not write "
    r"|Agent type .{1,80} has been denied|This (?:\w+ )?command .{0,160}\brequires? approval"
)
"""How the result of a tool call begins that was refused: by the program's permissions, by a hook, by our guard."""
ENDS = {
    "aborted_tools": "interrupted while a tool ran",
    "aborted_streaming": "interrupted while the model answered",
    "hook_stopped": "stopped by a hook",
    "stop_hook_prevented": "a Stop hook did not let it end",
    "max_turns": "it reached its limit of turns",
    "prompt_too_long": "its context is full",
    "error_max_budget_usd": "it reached its budget",
    "error_max_turns": "it reached its limit of turns",
    "error_during_execution": "it was interrupted or failed",
    "error_max_structured_output_retries": "its answer did not fit the schema",
}


HELD = "stop-hook-error"
"""How the program names its remark that a hook held a turn."""
_FEEDBACK = "Stop hook feedback:\n"


def from_our_gate(text: str) -> str:
    """Our own words, where the program says that they came from its Stop hook; '' where they are another hook's."""
    words = text.removeprefix(_FEEDBACK).removeprefix("- ")
    return words if text.startswith(_FEEDBACK) and words.startswith(FROM_ENGINE) else ""


def decode(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None where it is none.

    A tool's result stands in it twice, and the second time is left out where that is safe: a quotation mark inside a
    text is written with a backslash, so that this is a key, and what comes before it is a whole object once closed.
    """
    at = line.find(_DOUBLE) if line.startswith(b'{"type":"user"') else -1
    if at > 0:
        event = stream_fields.decode(line[:at] + b"}")
        if event is not None:
            return event
    return stream_fields.decode(line)


def cut(line: bytes) -> Activity | None:
    """Of a line that was too long to be kept whole: which tool call it opens or closes, which stands at its start."""
    if len(line) < CUT:
        return None
    head = line[:4096]
    opened, returned = _OPENED.search(head), _RETURNED.search(head)
    if head.startswith(b'{"type":"assistant"') and opened is not None:
        call, tool = opened[1].decode(), clean(opened[2].decode(), 100)
        return Activity(Kind.TOOL_OPEN, text="(a very long call)", key=call, tool=tool)
    if head.startswith(b'{"type":"user"') and returned is not None:
        return Activity(Kind.TOOL_CLOSED, text="(a very long output)", key=returned[1].decode())
    return None


def why(event: Mapping[str, Any], subtype: str, reason: str, *, failed: bool) -> str:
    """What a person is told of how a turn ended; '' where it ended as it should."""
    if not failed:
        return ENDS.get(reason, "")
    said = block(event.get("result"), 10)
    if said:
        return said
    errors = event.get("errors")
    words = [each for each in errors[:5] if isinstance(each, str)] if isinstance(errors, list) else []
    plain = [clean(each, 300) for each in words if not each.startswith("[ede_diagnostic]")]
    return ENDS.get(reason) or "; ".join(plain) or ENDS.get(subtype) or subtype.replace("_", " ") or "it failed"
