"""What Claude Code writes down of a session while a person talks in it, in the language of its headless output."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from swarm.programs import model_names
from swarm.programs.stream_fields import child, decode, money, short, whole

MAX_PROJECTS = 5000
_COST = b'"cost-state"'
_KEYS = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheCreationInputTokens")


def session_file(config: Path, session: str) -> Path | None:
    """The file of a session, whichever directory it was begun in; None where there is none."""
    try:
        projects = sorted((config / "projects").iterdir())[:MAX_PROJECTS]
    except OSError:
        return None
    return next((path for each in projects if (path := each / f"{session}.jsonl").is_file()), None)


def as_output(before: bytes, since: bytes) -> bytes:
    """What was said and used, as lines of the stream. before: the session's file up to the talk. since: the rest."""
    lines: list[bytes] = []
    for line in since.splitlines():
        event = decode(line)
        if event is None or event.get("isSidechain") is True or event.get("isMeta") is True:
            continue
        lines += [json.dumps(each).encode() for each in _said(event)]
    if not lines:
        return b""
    lines.append(json.dumps(_end(before, since)).encode())
    return b"\n".join(lines) + b"\n"


def _said(event: Mapping[str, Any]) -> Iterator[Mapping[str, object]]:
    kind, message = event.get("type"), child(event, "message")
    line = {"type": kind, "message": message, "parent_tool_use_id": None, "timestamp": event.get("timestamp")}
    if kind == "user":
        typed = event.get("promptSource") == "typed"
        if typed or isinstance(message.get("content"), list):  # the rest is what the program says to itself
            yield {**line, "isReplay": typed}
    elif kind == "assistant" and message.get("model") != model_names.SYNTHETIC:
        # Its parts are not here, and these two hold the figures of the whole answer.
        usage = child(message, "usage")
        yield {"type": "stream_event", "event": {"type": "message_start", "message": {**message, "content": []}}}
        yield line
        yield {"type": "stream_event", "event": {"type": "message_delta", "usage": usage}}


def _end(before: bytes, since: bytes) -> Mapping[str, object]:
    """The end of the talk, with what it cost in all where the program says so: its sums are of the whole session."""
    end: dict[str, object] = {"type": "result", "subtype": "success", "is_error": False}
    after = _sums(since)
    if after is None:
        return end
    known = _sums(before) or {}
    models = {}
    for name, usage in child(after, "modelUsage").items():
        was = child(child(known, "modelUsage"), name)
        used = usage if isinstance(usage, dict) else {}
        models[name] = {key: max(0, whole(used, key) - whole(was, key)) for key in _KEYS}
    cost = (money(after, "totalCostUSD") or 0.0) - (money(known, "totalCostUSD") or 0.0)
    return {**end, "modelUsage": models, "total_cost_usd": max(0.0, cost)}


def _sums(data: bytes) -> Mapping[str, Any] | None:
    """The last word on what the session has cost; None where this release writes none."""
    for line in reversed(data.splitlines()):
        if _COST in line[:200]:
            found = decode(line)
            if found is not None and short(found, "type") == "cost-state":
                return found
    return None
