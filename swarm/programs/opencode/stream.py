"""Reads what `opencode run --format json` prints: parts of messages; figures come by the step and are added up."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from swarm.model.activity import Activity, Kind, Tokens
from swarm.model.service import Trouble
from swarm.programs import stream_fields
from swarm.programs.http_status import trouble_of_status
from swarm.programs.stream_fields import block, child, ident, moment, money, short, whole

NOTHING = Tokens()
REMEMBERED = 2000
"""Steps that were counted."""
GOES_ON = frozenset({"tool-calls", "unknown", ""})
"""Reasons of a step after which the turn goes on."""


class OpenCodeReader:
    """Turns lines into activities. A turn is over with a step that calls no tool, or with an error."""

    def __init__(self) -> None:
        self._session = ""
        self._total = NOTHING
        self._cost: float | None = None
        self._steps: OrderedDict[str, None] = OrderedDict()

    def feed(self, line: bytes) -> list[Activity]:
        """What one line says; nothing for what is not known."""
        run = stream_fields.run(line)
        if run is not None:
            self._session = ""
            return [run]
        event = stream_fields.decode(line)
        return list(self._read(event)) if event is not None else []

    def _read(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        kind, at = event.get("type"), moment(event.get("timestamp"), 1000)
        if kind not in ("step_start", "text", "reasoning", "tool_use", "step_finish", "error"):
            return
        session = ident(event, "sessionID")
        if session and session != self._session:
            self._session = session
            yield Activity(Kind.STARTED, text=f"session {session}", key=session, at=at)
        part = child(event, "part")
        if kind == "text":
            text = block(part.get("text"))
            if text:
                yield Activity(Kind.TEXT, text=text, at=at)
        elif kind == "tool_use":
            yield from _tool(part, at)
        elif kind == "step_finish":
            yield from self._step(part, at)
        elif kind == "error":
            error = child(event, "error")
            yield Activity(Kind.TURN_ENDED, text=_why(error), error=True, at=at, trouble=_trouble(error))
        else:
            yield Activity(Kind.WAITING, at=at)

    def _step(self, part: Mapping[str, Any], at: float | None) -> Iterator[Activity]:
        usage = self._counted(part, at)
        if usage is not None:
            yield usage
        reason = short(part, "reason", 60)
        if reason not in GOES_ON:
            failed = reason != "stop"
            why = {"length": "its answer was cut at the model's limit", "content-filter": "its answer was filtered"}
            text = why.get(reason, f"it stopped: {reason}") if failed else ""
            yield Activity(Kind.TURN_ENDED, text=text, error=failed, at=at)

    def _counted(self, part: Mapping[str, Any], at: float | None) -> Activity | None:
        key, tokens = ident(part, "id"), child(part, "tokens")
        if not tokens or (key and key in self._steps):
            return None
        self._steps[key] = None
        if len(self._steps) > REMEMBERED:
            self._steps.popitem(last=False)
        cache = child(tokens, "cache")
        fresh, read, wrote = whole(tokens, "input"), whole(cache, "read"), whole(cache, "write")
        came = fresh + read + wrote
        self._total += Tokens(fresh, _output(tokens, came), read, wrote)
        self._cost = _sum(self._cost, money(part, "cost") or None)  # it says 0 of what it knows no price of
        return Activity(Kind.USAGE, tokens=self._total, cost_usd=self._cost, context=came, at=at)


def _tool(part: Mapping[str, Any], at: float | None) -> Iterator[Activity]:
    """Tool calls are printed once they have returned: open and closed at once."""
    state = child(part, "state")
    key, tool = ident(part, "callID") or ident(part, "id"), short(part, "tool", 100)
    begun = moment(child(state, "time").get("start"), 1000) or at
    text = stream_fields.call(state.get("input"))
    digest = stream_fields.digest(state.get("input"))
    yield Activity(Kind.TOOL_OPEN, text=text, key=key, tool=tool, at=begun, digest=digest)
    failed = short(state, "status") == "error"
    error = state.get("error")
    given, number = stream_fields.output(error if failed and error else state.get("output"))
    if failed and "rule which prevents you from using this specific tool call" in given:
        yield Activity(Kind.DENIED, text=text, key=key, tool=tool, counts=False)
    wrong = failed or bool(whole(child(state, "metadata"), "exit"))
    yield Activity(Kind.TOOL_CLOSED, text=given, key=key, error=wrong, count=number, at=at)


def _output(tokens: Mapping[str, Any], came: int) -> int:
    """What was written, thoughts included: some providers state those apart, which the total tells."""
    output, thought, total = whole(tokens, "output"), whole(tokens, "reasoning"), whole(tokens, "total")
    return output if total and came + output >= total else output + thought


def _why(error: Mapping[str, Any]) -> str:
    data = child(error, "data")
    name, status, message = short(error, "name", 80), whole(data, "statusCode"), short(data, "message", 400)
    words = " ".join(part for part in (name, str(status) if status else "", message) if part)
    return words or "the turn failed"


def _trouble(error: Mapping[str, Any]) -> Trouble | None:
    """Why a turn failed, where it ascribes that to its service: an answer's status, or that there was none."""
    name, data = short(error, "name", 80), child(error, "data")
    if name == "ProviderAuthError":
        return Trouble.LOGIN
    if name != "APIError":
        return None
    status = whole(data, "statusCode")
    if status:
        return trouble_of_status(status)
    return Trouble.UNREACHABLE if data.get("isRetryable") is True else None


def _sum(first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return first if second is None else second
    return first + second
