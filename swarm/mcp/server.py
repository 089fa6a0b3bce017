"""The MCP server: answers at once what it knows, and does calls one after the other in a thread of its own."""

import json
import math
import os
import queue
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, BinaryIO, NoReturn

from swarm.errors import Code, SwarmError
from swarm.mcp import handlers, tools
from swarm.mcp.handlers import CALLS, Caller, call

MAX_LINE = 4 << 20
"""Bytes of one message."""
VERSION = "2.0"
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
BUSY = -32000
Id = str | int | float | None
Message = dict[str, Any]


class NotJson(ValueError):
    """A line that is no JSON, or more of it than is read."""


def lines(stream: BinaryIO) -> Iterator[bytes | NotJson]:
    """The lines of a stream up to its end; one that is too long comes as NotJson, and is skipped to its end."""
    while line := stream.readline(MAX_LINE + 1):
        if len(line) <= MAX_LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        yield NotJson(f"a message has {MAX_LINE} bytes at most")


def parse(line: bytes) -> Any:
    """The value of a line; raises NotJson."""
    try:
        return json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)[:200]) from error


def is_id(value: object) -> bool:
    """Whether a request may be called so."""
    if isinstance(value, str):
        return len(value) <= 1000
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def result(key: Id, value: object) -> Message:
    """A request's answer."""
    return {"jsonrpc": VERSION, "id": key, "result": value}


def error(key: Id, code: int, message: str) -> Message:
    """Why a request has no answer."""
    return {"jsonrpc": VERSION, "id": key, "error": {"code": code, "message": message}}


class MessageWriter:
    """Writes messages to the client, whole and from any thread, until it no longer reads."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self.closed = False
        """The client no longer reads."""

    def send(self, message: Message) -> None:
        """Writes one message; does nothing once the client has stopped reading."""
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            try:
                while data and not self.closed:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                self.closed = True


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


PROTOCOLS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Revisions of the protocol that are spoken here, newest first."""
NAME = "swarm"
RELEASE = "1"
"""Of the tools' shape."""
MAX_WAITING = 64
LAST_CALL_S = 60.0
"""Seconds that a call which is under way gets when the client has closed our input."""


class Leave(Exception):
    """A signal asks the server to end."""


class Server:
    """One client's server."""

    def __init__(self, caller: Caller, writer: MessageWriter) -> None:
        self._caller = caller
        self._writer = writer
        self._waiting: queue.Queue[tuple[Id, str, object] | None] = queue.Queue()
        self._cancelled: set[Id] = set()
        self._worker = threading.Thread(target=self._work, name="calls", daemon=True)

    def serve(self, stream: BinaryIO) -> None:
        """Answers until the stream ends. A call that is under way then is finished, others are not begun."""
        self._worker.start()
        for line in lines(stream):
            self._hear(line)
            if self._writer.closed:
                break
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put(None)
        self._worker.join(LAST_CALL_S)

    def _hear(self, line: bytes | NotJson) -> None:
        if isinstance(line, bytes) and not line.strip():
            return
        try:
            if isinstance(line, NotJson):
                raise line
            message = parse(line)
        except NotJson as wrong:
            self._writer.send(error(None, PARSE_ERROR, f"This is no JSON: {wrong}"))
            return
        self._take(message)

    def _take(self, message: Any) -> None:
        """One message: a request, a notification, or an answer to something that we never ask."""
        if not isinstance(message, dict) or ("method" not in message and not {"result", "error"} & set(message)):
            self._writer.send(error(None, INVALID_REQUEST, "This is no request: an object with a method."))
            return
        method, key = message.get("method"), message.get("id")
        if "method" not in message:
            return
        if not isinstance(method, str) or message.get("jsonrpc") != VERSION:
            known = key if is_id(key) else None
            self._writer.send(error(known, INVALID_REQUEST, f"This is no request of JSON-RPC {VERSION}."))
        elif "id" not in message:
            self._note(method, message.get("params"))
        elif not is_id(key):
            self._writer.send(error(None, INVALID_REQUEST, "The id of a request is a text or a number."))
        else:
            self._answer(key, method, message.get("params", {}))

    def _note(self, method: str, given: object) -> None:
        """A notification. Only a cancellation of a call that still waits means anything here."""
        if method == "notifications/cancelled" and isinstance(given, dict) and is_id(given.get("requestId")):
            if len(self._cancelled) > MAX_WAITING:
                self._cancelled.clear()
            self._cancelled.add(given["requestId"])

    def _answer(self, key: Id, method: str, given: object) -> None:
        if not isinstance(given, dict):
            self._writer.send(error(key, INVALID_PARAMS, "params is an object."))
        elif method == "initialize":
            self._writer.send(result(key, _greeting(given)))
        elif method == "ping":
            self._writer.send(result(key, {}))
        elif method == "tools/list":
            self._writer.send(result(key, {"tools": self._tools()}))
        elif method == "tools/call":
            self._call(key, given)
        else:
            self._writer.send(error(key, METHOD_NOT_FOUND, f"There is no method {method[:80]!r} here."))

    def _tools(self) -> list[Mapping[str, Any]]:
        try:
            return tools.tools(self._caller.home())
        except SwarmError:
            return tools.tools(None)  # each call says that there is no home

    def _call(self, key: Id, given: Mapping[str, Any]) -> None:
        name, arguments = given.get("name"), given.get("arguments")
        if not isinstance(name, str) or name not in CALLS:
            words = f"There is no tool {name[:80]!r}." if isinstance(name, str) else "name is missing."
            self._writer.send(error(key, INVALID_PARAMS, f"{words} There are: {', '.join(CALLS)}."))
        elif self._waiting.qsize() >= MAX_WAITING:
            self._writer.send(error(key, BUSY, f"{MAX_WAITING} calls wait already. Wait for their answers."))
        else:
            self._cancelled.discard(key)
            self._waiting.put((key, name, {} if arguments is None else arguments))

    def _work(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            key, name, arguments = waiting
            if key in self._cancelled:
                self._cancelled.discard(key)
            else:
                self._writer.send(result(key, self._done(name, arguments)))

    def _done(self, name: str, arguments: object) -> handlers.Answer:
        try:
            return handlers.answer(call(name, self._caller, arguments))
        except SwarmError as error:
            return handlers.refusal(error)
        except OSError as error:
            return handlers.refusal(
                SwarmError(f"{error.strerror or error}.", str(error.filename or ""), code=Code.SYSTEM)
            )
        except Exception as error:  # noqa: BLE001 - a client that never gets an answer waits for ever
            return handlers.mistake(error)


def _greeting(given: Mapping[str, Any]) -> dict[str, object]:
    """The answer to `initialize`: the client's revision where we speak it, else our newest."""
    asked = given.get("protocolVersion")
    return {
        "protocolVersion": asked if asked in PROTOCOLS else PROTOCOLS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": NAME, "title": "swarm-tui", "version": RELEASE},
        "instructions": tools.INSTRUCTIONS,
    }


def main(caller: Caller, stream: BinaryIO) -> NoReturn:
    """Serves on standard input and output until the client or a signal ends it; then this process ends."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _end)
    out = os.dup(1)
    os.dup2(2, 1)  # nothing that prints by accident comes between two messages
    with suppress(Leave):
        Server(caller, MessageWriter(out)).serve(stream)
    os._exit(0)  # a call that does not end must not keep us


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise Leave
