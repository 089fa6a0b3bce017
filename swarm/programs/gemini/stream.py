"""Reads what `gemini --output-format stream-json` prints: one turn a process, its figures in the result."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from swarm.model.activity import Activity, Kind, Tokens
from swarm.model.service import Trouble
from swarm.programs import stream_fields
from swarm.programs.http_status import trouble_of_status
from swarm.programs.stream_fields import block, child, ident, moment, short, whole

NOTHING = Tokens()


class GeminiReader:
    """Turns lines into activities. A result's figures are those of its process: runs are added up."""

    def __init__(self) -> None:
        self._total = NOTHING
        self._said = False
        """The figures of this process have been added."""
        self._text = ""
        """What the model says piece by piece, until it stops."""
        self._at: float | None = None

    def feed(self, line: bytes) -> list[Activity]:
        """What one line says; nothing for what is not known. An answer that comes in pieces is told as one text."""
        run = stream_fields.run(line)
        if run is not None:
            self._said = False
            return [*self._spoken(), run]
        event = stream_fields.decode(line)
        return list(self._read(event)) if event is not None else []

    def _read(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        kind, at = event.get("type"), moment(event.get("timestamp"))
        if kind == "message":
            yield from self._message(event, at)
        elif kind == "init":
            self._said = False
            session, model = ident(event, "session_id"), short(event, "model")
            yield from self._spoken()
            yield Activity(Kind.STARTED, text=f"session {session[:8]}, {model}", key=session, model=model, at=at)
        elif kind in ("tool_use", "tool_result", "error", "result"):
            yield from self._spoken()
            yield from _READERS[kind](self, event, at)

    def _message(self, event: Mapping[str, Any], at: float | None) -> Iterator[Activity]:
        content = event.get("content")
        if not isinstance(content, str):
            return
        if event.get("role") == "user":
            yield from self._spoken()
            yield Activity(Kind.DELIVERED, text=block(content), at=at)
            return
        if event.get("delta") is not True:
            yield from self._spoken()
        self._text = (self._text + content)[: stream_fields.MAX_CHARACTERS]
        self._at = at
        if event.get("delta") is not True:
            yield from self._spoken()
        else:
            yield Activity(Kind.WAITING, at=at)

    def _spoken(self) -> list[Activity]:
        text, self._text = block(self._text), ""
        return [Activity(Kind.TEXT, text=text, at=self._at)] if text else []

    def _tool(self, event: Mapping[str, Any], at: float | None) -> Iterator[Activity]:
        text = stream_fields.call(event.get("parameters"))
        yield Activity(
            Kind.TOOL_OPEN,
            text=text,
            key=ident(event, "tool_id"),
            tool=short(event, "tool_name", 100),
            at=at,
            digest=stream_fields.digest(event.get("parameters")),
        )

    def _tool_result(self, event: Mapping[str, Any], at: float | None) -> Iterator[Activity]:
        failed = short(event, "status") == "error"
        key = ident(event, "tool_id")
        text, number = stream_fields.output(event.get("output"))
        if failed:
            error = child(event, "error")
            text = block(error.get("message"), stream_fields.MAX_OUTPUT_LINES) or text
            if short(error, "type") == "policy_violation":
                yield Activity(Kind.DENIED, text=text, key=key, counts=False)
        yield Activity(Kind.TOOL_CLOSED, text=text, key=key, error=failed, count=number, at=at)

    def _error(self, event: Mapping[str, Any], at: float | None) -> Iterator[Activity]:
        """A remark of the program: a loop it saw, a limit of turns."""
        serious = short(event, "severity") == "error"
        yield Activity(Kind.NOTE, text=short(event, "message", 400), error=serious, at=at, counts=False)

    def _result(self, event: Mapping[str, Any], at: float | None) -> Iterator[Activity]:
        stats = child(event, "stats")
        if stats and not self._said:
            self._said = True
            cached = whole(stats, "cached")
            fresh = whole(stats, "input") if "input" in stats else max(0, whole(stats, "input_tokens") - cached)
            self._total += Tokens(fresh, whole(stats, "output_tokens"), cached)
            yield Activity(Kind.USAGE, tokens=self._total, at=at)
        failed = event.get("status") != "success"
        why = short(child(event, "error"), "message", 400) or "the turn failed" if failed else ""
        trouble = service_trouble(why) if failed else None
        yield Activity(Kind.TURN_ENDED, text=why, error=failed, at=at, trouble=trouble)


def service_trouble(message: str) -> Trouble | None:
    """Why a turn failed, where its service was the reason: the program quotes the answer, or says that none came."""
    code = _CODE.search(message)
    if code is not None:
        return trouble_of_status(int(code[1]))
    if _QUOTA.search(message):
        return Trouble.LIMIT
    return Trouble.UNREACHABLE if _NO_ANSWER.search(message) else None


_CODE = re.compile(r'"code\\*": ?(\d{3})\b')
_QUOTA = re.compile(r"exhausted your (?:daily |capacity|quota)|quota (?:limit|exceeded)", re.IGNORECASE)
_NO_ANSWER = re.compile(r"fetch failed|ECONNREFUSED|ENOTFOUND|ETIMEDOUT|ECONNRESET")
_READERS = {
    "tool_use": GeminiReader._tool,  # noqa: SLF001 of this room
    "tool_result": GeminiReader._tool_result,  # noqa: SLF001
    "error": GeminiReader._error,  # noqa: SLF001
    "result": GeminiReader._result,  # noqa: SLF001
}
