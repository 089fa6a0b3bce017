"""JSON-RPC 2.0 over two streams: a message a line, bounded, written whole."""

import json
import math
import os
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

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


class Mouth:
    """Where messages go out: from any thread, whole, until nobody listens any more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self.shut = False
        """Nobody listens any more."""

    def say(self, message: Message | list[Message]) -> None:
        """Writes one message. Nothing happens where nobody listens."""
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            try:
                while data and not self.shut:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                self.shut = True


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")
