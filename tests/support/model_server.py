"""A model service on loopback whose models play scripts: Anthropic Messages, OpenAI Responses and Gemini.

A program is pointed at `server.url("name")`; the script of that name answers. In a test:

    server.play("hello", [shell("echo hi"), say("done")])
"""

import json
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support.model_apis import Api
from tests.support.model_clouds import BEDROCK_STREAM, FRAMED, as_messages, framed, is_cloud
from tests.support.model_scripts import Answer, Drop, Hang, Refuse, Script, Seen, Stall, Turn, say, step

LIMIT_S = 300.0
"""Nothing is held back for longer, so that no failed test keeps a thread."""


@dataclass(slots=True)
class Recorded:
    """One request and what came of it."""

    seen: Seen
    path: str
    headers: Mapping[str, str]
    at: float
    """Seconds of the monotonic clock."""
    answer: Answer | None = None
    gone: bool = False
    """The program hung up before its answer was out."""


@dataclass(slots=True)
class _Wrong:
    scenario: str
    error: BaseException


class ModelServer:
    """The service. Use it as a context manager; everything about it lives in this process."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.unknown: list[str] = []
        """Paths that were asked for and are not ours."""
        self.elsewhere: list[str] = []
        """Other hosts that were asked for, where we are set as the proxy."""
        self._scripts: dict[str, Script] = {}
        self._refused: Counter[tuple[str, str, int, int]] = Counter()
        self._released: dict[str, threading.Event] = {}
        self._wrong: list[_Wrong] = []
        self._guard = threading.Lock()
        self._closing = threading.Event()
        self._kept: socket.socket | None = None
        """Keeps the port while nothing listens there."""
        self._serve(0)

    def _serve(self, port: int) -> None:
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.models = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def down(self) -> None:
        """A real outage: every connection is cut, and nothing listens on its port any more."""
        port = self.port
        self._stop()
        self._kept = socket.socket()
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._kept.bind(("127.0.0.1", port))

    def up(self) -> None:
        """The service is back, on the port that it had."""
        assert self._kept is not None
        self._serve(int(self._kept.getsockname()[1]))
        self._kept.close()
        self._kept = None
        self._thread.start()

    def _stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._http.cut()
        self._thread.join(10)

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for event in list(self._released.values()):
            event.set()
        if self._kept is not None:
            self._kept.close()
        else:
            self._stop()

    @property
    def port(self) -> int:
        """Where it listens, or listened before an outage."""
        return int(self._http.server_address[1])

    def url(self, scenario: str) -> str:
        """The base URL of one script; programs append what their service's paths are."""
        return f"http://127.0.0.1:{self.port}/s/{scenario}"

    def play(self, scenario: str, script: Script) -> str:
        """Sets the script of a scenario, also while it is played; its URL."""
        with self._guard:
            self._scripts[scenario] = script
            self._released.setdefault(scenario, threading.Event())
        return self.url(scenario)

    def release(self, scenario: str) -> None:
        """Ends every hanging and stalled answer of a scenario: their connections close."""
        with self._guard:
            self._released.setdefault(scenario, threading.Event()).set()

    def seen(self, scenario: str = "", *, side: bool = False) -> list[Seen]:
        """What was asked, oldest first. side: also requests without tools, such as those for a title."""
        with self._guard:
            all_of_them = [each.seen for each in self.requests]
        return [
            each
            for each in all_of_them
            if scenario in {"", each.scenario} and (side or each.tools or each.scenario not in self._scripts)
        ]

    def check(self) -> None:
        """Raises what went wrong in a script."""
        for wrong in self._wrong:
            raise AssertionError(f"the script of {wrong.scenario!r} failed") from wrong.error

    def answer(self, seen: Seen) -> Answer:
        """What the script says to this request, refusals counted."""
        if not seen.tools:  # a title, a summary, a check: no turn of an agent
            return say("All right.")
        with self._guard:
            script = self._scripts.get(seen.scenario)
        if script is None:
            return Refuse(404)
        try:
            found = step(script, seen)
        except Exception as error:  # noqa: BLE001 it is raised in the test by check()
            with self._guard:
                self._wrong.append(_Wrong(seen.scenario, error))
            return Refuse(400)
        depth = 0
        while isinstance(found, Refuse | Hang) and found.times is not None:
            key = (seen.scenario, seen.prompt, seen.turns, depth)
            depth += 1
            with self._guard:
                self._refused[key] += 1
                if self._refused[key] <= found.times:
                    break
            found = found.then or say("All right.")
        if isinstance(found, Stall | Drop) and found.then is not None and not seen.stream:
            return found.then
        return found

    def hold(self, scenario: str, connection: socket.socket) -> bool:
        """Waits until the scenario is released; whether the other side hung up first."""
        released = self._released.setdefault(scenario, threading.Event())
        end = time.monotonic() + LIMIT_S
        while not released.wait(0.05) and not self._closing.is_set() and time.monotonic() < end:
            readable, _, _ = select.select([connection], [], [], 0)
            if readable:
                with suppress(OSError):
                    if connection.recv(1, socket.MSG_PEEK):
                        continue
                return True
        return False


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    models: ModelServer

    def __init__(self, *given: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*given)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Remembers the connection, so that an outage can cut it."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """Cuts every connection that is open."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A program that is killed in the middle of an answer is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class calls it so
        """Says nothing."""

    def do_HEAD(self) -> None:
        self._send(200, {})

    def do_CONNECT(self) -> None:
        self._refuse_elsewhere()

    def _refuse_elsewhere(self) -> None:
        self.server.models.elsewhere.append(self.path)
        self._send(403, {"error": {"message": "nothing beyond loopback"}})

    def do_GET(self) -> None:
        if not self.path.startswith("/"):
            self._refuse_elsewhere()
            return
        self.server.models.unknown.append(self.path)
        self._send(200, {"data": [], "models": []})

    def do_POST(self) -> None:
        """One request to a model."""
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        if not self.path.startswith("/"):
            self._refuse_elsewhere()
            return
        path = urlsplit(self.path).path
        scenario, _, rest = path.removeprefix("/s/").partition("/")
        name = _api_of(rest)
        if not path.startswith("/s/") or not name:
            self.server.models.unknown.append(self.path)
            self._send(404, {"error": {"message": "no such path"}})
        elif rest.endswith(("/count_tokens", ":countTokens")):
            self._send(200, {"input_tokens": 10, "totalTokens": 10})
        else:
            self._play(Api(name), Api(name).seen(scenario, rest, as_messages(rest, body)))

    def _play(self, api: Api, seen: Seen) -> None:
        models = self.server.models
        record = Recorded(seen, self.path, dict(self.headers.items()), time.monotonic())
        models.requests.append(record)
        answer = record.answer = models.answer(seen)
        try:
            if isinstance(answer, Turn):
                if answer.before is not None:
                    answer.before()
                if seen.stream:
                    self._stream(api.events(answer, seen))
                else:
                    self._send(200, api.whole(answer, seen))
            elif isinstance(answer, Refuse):
                after = {} if answer.retry_after is None else {"retry-after": str(answer.retry_after)}
                self._send(answer.status, api.refusal(answer.status), {**answer.headers, **after})
            else:
                self.close_connection = True
                if isinstance(answer, Stall | Drop):
                    self._stream(api.begun(answer.text, seen), whole=False)
                if not isinstance(answer, Drop):
                    record.gone = models.hold(seen.scenario, self.connection)
        except OSError:
            record.gone = True
            self.close_connection = True

    def _stream(self, events: Iterator[tuple[str, dict[str, Any]]], *, whole: bool = True) -> None:
        frames = urlsplit(self.path).path.endswith(BEDROCK_STREAM)
        self.send_response(200)
        self.send_header("content-type", FRAMED if frames else "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event, data in events:
            name = f"event: {event}\n" if event else ""
            self._chunk(framed(data) if frames else f"{name}data: {json.dumps(data)}\n\n".encode())
        if whole:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _send(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _api_of(rest: str) -> str:
    if rest.endswith(("/messages", "/messages/count_tokens")) or is_cloud(rest):
        return "anthropic"
    if rest.endswith("/responses"):
        return "responses"
    if rest.endswith((":generateContent", ":streamGenerateContent", ":countTokens")):
        return "gemini"
    return ""


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A running service; at the end, what went wrong in its scripts is raised."""
    with ModelServer() as server:
        yield server
        server.check()
