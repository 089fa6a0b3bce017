"""Reads what `codex exec --json` prints: items of one thread, and the thread's usage at the end of each turn."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from swarm.model.activity import Activity, Kind, Tokens
from swarm.model.service import Trouble
from swarm.programs import stream_fields
from swarm.programs.codex import service_trouble
from swarm.programs.run_marker import before
from swarm.programs.stream_fields import block, child, children, ident, short, whole
from swarm.sanitize import clean

_RECONNECTING = re.compile(r"Reconnecting\.{3} (?:(\d{1,4})/(\d{1,4})|waiting for network)\s*(?:\((.*)\))?", re.DOTALL)
"""It counts its tries, or waits for the network for as long as that takes."""
_SHELL = re.compile(r"\A(?:/\S+/)?(?:ba|z|da)?sh -l?c ")
_METADATA = "Model metadata for "
"""Said of every model that is newer than the program, and harmless."""


class CodexReader:
    """Turns lines into activities. Usage is a thread's total, also after it was resumed: the last one counts."""

    def __init__(self) -> None:
        self._thread = ""
        self._before = Tokens()
        """Of threads before this one: a session that was not resumed."""
        self._now: Tokens | None = None
        self._elsewhere = Tokens()
        """What the thread had used before it went on in this agent."""
        self._failed = ""
        """Why the turn failed, where that was said already."""
        self._retried = False
        """It has tried again in this turn."""

    def feed(self, line: bytes) -> list[Activity]:
        """What one line says; nothing for what is not known."""
        run = stream_fields.run(line)
        if run is not None:
            self._failed = ""
            self._elsewhere = before(line) if self._now is None else self._elsewhere
            return [run]
        event = stream_fields.decode(line)
        return list(self._read(event)) if event is not None else []

    def _read(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        kind = event.get("type")
        if kind == "thread.started":
            yield self._started(ident(event, "thread_id"))
        elif kind == "turn.started":
            self._failed, self._retried = "", False
            yield Activity(Kind.WAITING)
        elif kind in ("item.started", "item.updated", "item.completed"):
            yield from _item(child(event, "item"), done=kind == "item.completed", begun=kind == "item.started")
        elif kind == "turn.completed":
            yield self._usage(child(event, "usage"))
            yield Activity(Kind.TURN_ENDED)
        elif kind == "turn.failed":
            yield from self._end(short(child(event, "error"), "message", 400) or "the turn failed")
        elif kind == "error":
            yield from self._error(short(event, "message", 400))

    def _error(self, message: str) -> Iterator[Activity]:
        """Of the model service: it tries again, or it says what `turn.failed` says once more, if that still comes."""
        found = _RECONNECTING.match(message)
        if found is None:
            yield from self._end(message or "it failed")
            return
        self._retried = True
        text = clean(found[3] or "the connection was lost", 300)
        yield Activity(Kind.RETRYING, text=text, count=int(found[1] or 0), limit=int(found[2] or 0), counts=False)

    def _end(self, why: str) -> Iterator[Activity]:
        if why != self._failed:
            self._failed = why
            trouble = service_trouble.trouble_of(why, self._retried)
            until = service_trouble.until(why) if trouble is Trouble.LIMIT else None
            yield Activity(Kind.TURN_ENDED, text=why, error=True, trouble=trouble, until=until)

    def _started(self, thread: str) -> Activity:
        if self._now is not None and thread != self._thread:
            self._before, self._now, self._elsewhere = self._before + self._now, None, Tokens()
        self._thread = thread
        return Activity(Kind.STARTED, text=f"thread {thread}", key=thread)

    def _usage(self, usage: Mapping[str, Any]) -> Activity:
        """`input_tokens` holds what came from the cache too."""
        read, wrote = whole(usage, "cached_input_tokens"), whole(usage, "cache_write_input_tokens")
        fresh = max(0, whole(usage, "input_tokens") - read - wrote)
        self._now = _less(Tokens(fresh, whole(usage, "output_tokens"), read, wrote), self._elsewhere)
        return Activity(Kind.USAGE, tokens=self._before + self._now)


def _less(total: Tokens, other: Tokens) -> Tokens:
    return Tokens(
        max(0, total.input - other.input),
        max(0, total.output - other.output),
        max(0, total.cache_read - other.cache_read),
        max(0, total.cache_write - other.cache_write),
    )


def _item(item: Mapping[str, Any], *, done: bool, begun: bool) -> Iterator[Activity]:
    kind, key = short(item, "type", 60), ident(item, "id")
    if kind == "agent_message":
        if done:
            yield Activity(Kind.TEXT, text=block(item.get("text")), key=key)
    elif kind in _CALLS:
        yield from _call(kind, key, item, done=done, begun=begun)
    elif kind == "error":
        text = short(item, "message", 400)
        if done and text and not text.startswith(_METADATA):
            yield Activity(Kind.NOTE, text=text, error=True, counts=False)
    elif kind in ("reasoning", "todo_list"):
        yield Activity(Kind.WAITING)


_CALLS = ("command_execution", "file_change", "mcp_tool_call", "web_search", "collab_tool_call")


def _call(kind: str, key: str, item: Mapping[str, Any], *, done: bool, begun: bool) -> Iterator[Activity]:
    """A tool call. Some are only printed once they have returned."""
    tool, text = _words(kind, item)
    if not done:
        digest = stream_fields.digest(item.get("arguments"))
        opened = Activity(Kind.TOOL_OPEN, text=text, key=key, tool=tool, digest=digest)
        yield opened if begun else Activity(Kind.WAITING)
        return
    if kind == "web_search":
        yield Activity(Kind.TOOL_OPEN, text=text, key=key, tool=tool)
    failed = short(item, "status") == "failed" or bool(whole(item, "exit_code"))
    if kind == "mcp_tool_call":
        given, number = stream_fields.output(child(item, "result").get("content"))
        error = short(child(item, "error"), "message", 400)
        given, number = (error, 1) if error else (given, number)
    else:
        given, number = stream_fields.output(item.get("aggregated_output"))
    if short(item, "status") == "declined":
        yield Activity(Kind.DENIED, text=text, key=key, tool=tool, counts=False)
        failed = True
    yield Activity(Kind.TOOL_CLOSED, text=given, key=key, tool=tool, error=failed, count=number)


def _words(kind: str, item: Mapping[str, Any]) -> tuple[str, str]:
    if kind == "command_execution":
        command = item.get("command")
        return "shell", stream_fields.call(_unwrapped(command) if isinstance(command, str) else command)
    if kind == "file_change":
        paths = [short(change, "path", 200) for change in children(item, "changes", 20)]
        return "patch", clean(" ".join(paths), 300)
    if kind == "mcp_tool_call":
        return f"{short(item, 'server', 60)}.{short(item, 'tool', 60)}", stream_fields.call(item.get("arguments"))
    if kind == "web_search":
        return "search", short(item, "query", 300)
    return short(item, "tool", 60) or "agent", short(item, "prompt", 300)


def _unwrapped(command: str) -> str:
    """The command without the shell that it is handed to."""
    found = _SHELL.match(command[:80])
    if found is None:
        return command
    inner = command[found.end() :].strip()
    for quote in ('"', "'"):
        if len(inner) > 1 and inner.startswith(quote) and inner.endswith(quote):
            return inner[1:-1].replace("\\" + quote, quote)
    return inner
