"""A client of our MCP server that says exactly what a test wants, to a real process."""

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.cli import COMMAND, environment

ANSWER_S = 60.0


class McpClient:
    """Starts the server and speaks to it. Use it as a context manager: the process ends with the block."""

    def __init__(self, env: Mapping[str, str], *, cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [COMMAND, "mcp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env),
            cwd=cwd,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self._buffer = b""
        self._next = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def raw(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.stdin.write(data)
        self.stdin.flush()

    def send(self, message: object) -> None:
        """Sends one message."""
        self.raw(json.dumps(message).encode() + b"\n")

    def hear(self) -> Any:
        """The next message of the server."""
        give_up = time.monotonic() + ANSWER_S
        while b"\n" not in self._buffer:
            left = give_up - time.monotonic()
            assert left > 0, "the server does not answer"
            ready, _, _ = select.select([self.stdout], [], [], left)
            data = os.read(self.stdout.fileno(), 1 << 16) if ready else b""
            assert data or not ready, f"the server has ended: {self.error()}"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    def error(self) -> str:
        """What it said on standard error, once it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode(errors="replace")

    def ask(self, method: str, given: object = None, key: object = None) -> dict[str, Any]:
        """Sends a request and returns its answer, which must be the next message."""
        if key is None:
            self._next += 1
            key = self._next
        self.send({"jsonrpc": "2.0", "id": key, "method": method, **({} if given is None else {"params": given})})
        answer = self.hear()
        assert isinstance(answer, dict)
        assert answer["id"] == key, answer
        return answer

    def start(self, version: str = "2025-11-25") -> dict[str, Any]:
        """The handshake."""
        client = {"name": "test", "version": "1"}
        answer = self.ask("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": client})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        result = answer["result"]
        assert isinstance(result, dict)
        return result

    def call(self, tool: str, **arguments: object) -> tuple[str, bool]:
        """Calls a tool: what it says, and whether that is a refusal."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]
        (content,) = result["content"]
        assert content["type"] == "text"
        return content["text"], result["isError"]

    def did(self, tool: str, **arguments: object) -> str:
        """Calls a tool that must not refuse."""
        text, refused = self.call(tool, **arguments)
        assert not refused, text
        return text

    def refused(self, tool: str, **arguments: object) -> str:
        """Calls a tool that must refuse."""
        text, refused = self.call(tool, **arguments)
        assert refused, text
        return text
