"""Reads Claude Code's stream-json: one object a line, any number of turns and processes one after the other."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from swarm.model.activity import IN_PLACE, Activity, Kind
from swarm.programs import model_names, stream_fields
from swarm.programs.claude import raw_lines, system_events
from swarm.programs.claude.service_trouble import ServiceTrouble
from swarm.programs.claude.subagents import Tasks
from swarm.programs.claude.usage import Counter
from swarm.programs.prices import Prices
from swarm.programs.stream_fields import block, child, children, ident, moment, short
from swarm.sanitize import clean

REMEMBERED = 2000
_PART = b'{"type":"stream_event"'
_SILENT = (b'{"type":"system","subtype":"status"', b'{"type":"system","subtype":"hook_')
_Read = Callable[[Mapping[str, Any]], Iterator[Activity]]


class ClaudeReader:
    """Turns lines into activities. Holds bounded memory: counts, live sub-agents, the last ids."""

    def __init__(self, prices: Prices | None = None) -> None:
        self._count = Counter(prices or Prices())
        self._tasks = Tasks()
        self._service = ServiceTrouble()
        self._ordered = ""
        self._model = ""
        """The model that was last said to answer."""
        self._gate_spoke = False
        """Our gate has just held a turn, and the program remarks on that as on an error."""
        self._session = ""
        self._servers: dict[str, str] = {}
        self._denied: OrderedDict[str, None] = OrderedDict()
        self._calls: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        """Open tool calls, as a denial names them."""
        self._kinds: Mapping[str, _Read] = {
            "system": self._system,
            "assistant": self._assistant,
            "user": self._user,
            "result": self._result,
            "stream_event": self._part,
            "rate_limit_event": self._limits,
            "control_response": self._answer,
            "tool_progress": system_events.alive,
        }
        self._subtypes: Mapping[str, _Read] = {
            "init": self._init,
            "api_retry": self._retry,
            "model_fallback": self._fallback,
            "compact_boundary": system_events.compacted,
            "notification": self._notification,
            "permission_denied": self._deny,
            "task_started": self._tasks.started,
            "task_progress": self._tasks.progress,
            "task_updated": self._tasks.updated,
            "task_notification": self._tasks.updated,
            "thinking_tokens": system_events.alive,
        }

    def feed(self, line: bytes) -> list[Activity]:
        """What one line says; nothing for what is not known. Lines that only show that it writes are not parsed."""
        if line.startswith(_PART) and b'"message_start"' not in line and b'"message_delta"' not in line:
            return [system_events.ALIVE]
        if line.startswith(_SILENT):
            return []
        run = stream_fields.run(line)
        if run is not None:
            return [self._run(run)]
        event = raw_lines.decode(line)
        if event is None:
            return self._cut(line)
        kind = event.get("type")
        read = self._kinds.get(kind) if isinstance(kind, str) else None
        return list(read(event)) if read is not None else []

    def _run(self, run: Activity) -> Activity:
        self._count.run()
        self._tasks.run()
        self._calls.clear()
        self._servers.clear()
        self._ordered = run.model
        self._model = ""
        return run

    def _cut(self, line: bytes) -> list[Activity]:
        """A line of which the rest is missing."""
        found = raw_lines.cut(line)
        if found is not None and found.kind is Kind.TOOL_CLOSED:
            self._tasks.closed(found.key)
        return [found] if found is not None else []

    # -- what it says of itself ------------------------------------------------------------------------------------

    def _system(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        subtype = event.get("subtype")
        read = self._subtypes.get(subtype) if isinstance(subtype, str) else None
        return read(event) if read is not None else iter(())

    def _init(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """A turn begins. The first of a process says what there is."""
        model, session = short(event, "model"), ident(event, "session_id")
        self._count.init(model)
        self._service.turn()
        known = session == self._session and model == self._model
        text = "" if known else f"session {session[:8]}, {model}"
        yield Activity(Kind.STARTED, text=text, key=session, model=model)
        self._session = session
        if model_names.same(self._ordered, model):
            self._ordered = model or self._ordered  # an alias is known by what it stands for
            self._model = model
        elif model != self._model:
            yield self._other_model(model, self._ordered)
        for server in children(event, "mcp_servers", 50):
            name, status = short(server, "name", 60), short(server, "status", 60)
            if status != self._servers.get(name, "connected"):
                bad = status != "connected"
                yield Activity(Kind.MCP_SERVER, text=f"MCP server {name}: {status}", error=bad)
            self._servers[name] = status

    def _other_model(self, model: str, ordered: str, why: str = "") -> Activity:
        self._model = model
        text = f"{model} {IN_PLACE} {ordered}{why}"
        return Activity(Kind.MODEL_CHANGED, text=text, model=model, error=True)

    def _fallback(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        original = short(event, "original_model") or self._ordered
        trigger = short(event, "trigger", 80)
        yield self._other_model(short(event, "fallback_model"), original, f" ({trigger})" if trigger else "")

    def _retry(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        self._service.retried(event)
        return system_events.retry(event)

    def _limits(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        self._service.limited(event)
        return system_events.limits(event)

    def _notification(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """What it would show a person; that our gate held a turn is no error, and its words stand there already."""
        ours, self._gate_spoke = self._gate_spoke, False
        if not (ours and ident(event, "key") == raw_lines.HELD):
            yield from system_events.notification(event)

    # -- the conversation ------------------------------------------------------------------------------------------

    def _assistant(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        message = child(event, "message")
        parent = ident(event, "parent_tool_use_id")
        model = short(message, "model")
        if model == model_names.SYNTHETIC:
            yield from self._in_its_place(event, message, parent)
            return
        if not parent and model and not model_names.same(self._model, model):
            if model_names.same(self._ordered, model):
                self._model = model
                yield Activity(Kind.MODEL_CHANGED, text=f"{model} answers again", model=model)
            else:
                yield self._other_model(model, self._ordered)
        depth = self._tasks.depth(parent)
        at = moment(event.get("timestamp"))
        for part in children(message, "content"):
            kind = part.get("type")
            if kind == "text":
                text = block(part.get("text"))
                if text:
                    yield Activity(Kind.TEXT, text=text, parent=parent, depth=depth, at=at)
            elif kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
                yield from self._opened(part, parent, depth, at)
            elif isinstance(kind, str) and kind.endswith("tool_result"):
                yield from self._returned(part, parent, depth, at)
            else:
                yield system_events.ALIVE
        usage = self._count.message(message, parent)
        if usage is not None:
            yield usage

    def _in_its_place(self, event: Mapping[str, Any], message: Mapping[str, Any], parent: str) -> Iterator[Activity]:
        if not parent:
            self._service.spoke(event)
        return system_events.synthetic(event, message, parent)

    def _opened(self, part: Mapping[str, Any], parent: str, depth: int, at: float | None) -> Iterator[Activity]:
        call, tool, text = ident(part, "id"), short(part, "name", 100), stream_fields.call(part.get("input"))
        self._calls[call] = {"tool_use_id": call, "tool_name": tool, "tool_input": text}
        if len(self._calls) > REMEMBERED:
            self._calls.popitem(last=False)
        yield Activity(
            Kind.TOOL_OPEN,
            text=text,
            key=call,
            tool=tool,
            parent=parent,
            depth=depth,
            at=at,
            digest=stream_fields.digest(part.get("input")),
        )
        yield from self._tasks.opened(call, parent)

    def _returned(self, part: Mapping[str, Any], parent: str, depth: int, at: float | None) -> Iterator[Activity]:
        call = ident(part, "tool_use_id")
        text, number = stream_fields.output(part.get("content"))
        self._tasks.closed(call)
        failed = part.get("is_error") is True
        asked = self._calls.pop(call, None)
        if failed and asked is not None and raw_lines.REFUSED.match(text):
            yield from self._deny(asked)  # the result that lists it comes at the end of the turn
        yield Activity(
            Kind.TOOL_CLOSED,
            text=text,
            key=call,
            parent=parent,
            error=failed,
            count=number,
            depth=depth,
            at=at,
        )

    def _user(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """Tool results, words that reached it, and what the program itself put in."""
        parent = ident(event, "parent_tool_use_id")
        depth = self._tasks.depth(parent)
        at = moment(event.get("timestamp"))
        message = child(event, "message")
        found = message.get("content")
        texts: list[str] = [found] if isinstance(found, str) else []
        for part in children(message, "content"):
            if part.get("type") == "tool_result":
                yield from self._returned(part, parent, depth, at)
            elif isinstance(part.get("text"), str):
                texts.append(part["text"])
        text = block("\n".join(texts))
        if not text or parent:
            return
        if event.get("isReplay") is not True:
            ours = raw_lines.from_our_gate(text) if event.get("isSynthetic") is True else ""
            self._gate_spoke = bool(ours)
            if not ours:
                yield Activity(Kind.NOTE, text=text, at=at)
                return
            text = ours
        keys = list(dict.fromkeys(raw_lines.MESSAGE_IDS.findall(text)))[:20]
        yield Activity(Kind.DELIVERED, text=text, key=keys[0] if keys else "", at=at)
        for key in keys[1:]:
            yield Activity(Kind.DELIVERED, key=key, at=at)

    def _part(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """The first and last parts of an answer that is streamed: they alone hold figures."""
        inner = child(event, "event")
        parent = ident(event, "parent_tool_use_id")
        usage = None
        if inner.get("type") == "message_start":
            usage = self._count.begun(child(inner, "message"), parent)
        elif inner.get("type") == "message_delta":
            usage = self._count.wrote(child(inner, "usage"), parent)
        yield usage if usage is not None else system_events.ALIVE

    # -- figures and ends ------------------------------------------------------------------------------------------

    def _result(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """A turn is over, not the process. `subtype` is success also where the model service failed."""
        for denial in children(event, "permission_denials"):
            yield from self._deny(denial)
        if event.get("structured_output") is not None:
            yield Activity(Kind.TEXT, text=clean(json.dumps(event["structured_output"])[:8000], 2000))
        yield self._count.result(event)
        subtype, reason = short(event, "subtype", 80), short(event, "terminal_reason", 80)
        failed = event.get("is_error") is not False or subtype.startswith("error")
        trouble, until = self._service.of_result(event)
        text = raw_lines.why(event, subtype, reason, failed=failed)
        yield Activity(Kind.TURN_ENDED, text=text, error=failed, trouble=trouble, until=until)

    def _deny(self, denial: Mapping[str, Any]) -> Iterator[Activity]:
        key = ident(denial, "tool_use_id")
        if key and key in self._denied:
            return
        self._denied[key] = None
        if len(self._denied) > REMEMBERED:
            self._denied.popitem(last=False)
        tool = short(denial, "tool_name", 100)
        yield Activity(Kind.DENIED, text=stream_fields.call(denial.get("tool_input")), key=key, tool=tool, counts=False)

    def _answer(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """What it answered to something that we asked through the channel."""
        answer = child(event, "response")
        if answer.get("subtype") == "error":
            text = f"it refused what it was asked: {short(answer, 'error', 300)}"
            yield Activity(Kind.NOTE, text=text, counts=False)
            return
        usage = self._count.asked(child(answer, "response"))
        if usage is not None:
            yield usage
