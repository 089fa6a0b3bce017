"""`swarm-tui mcp` as a client sees it: the handshake, wild input, order, and how it ends."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from swarm.mcp.tools import OFFERED
from tests.support.hooked import Hooked
from tests.support.mcp_client import McpClient
from tests.support.wait import wait_for


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path / "home")


@pytest.fixture
def client(hooked: Hooked) -> Iterator[McpClient]:
    with McpClient(hooked.env) as made:
        yield made


def request(method: str, key: object = 1, **params: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "method": method, "params": params}


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2024-11-05"),
        ("2031-01-01", "2025-11-25"),
        (7, "2025-11-25"),
    ],
)
def test_the_revision_is_the_clients_where_we_speak_it_and_else_our_newest(
    client: McpClient, asked: str, spoken: str
) -> None:
    result = client.start(asked)
    assert result["protocolVersion"] == spoken
    assert "tools" in result["capabilities"]
    assert result["serverInfo"]["name"] == "swarm"
    assert "progress" in result["instructions"]


def test_the_tools_have_exact_schemas_and_the_homes_roles(client: McpClient, hooked: Hooked) -> None:
    (hooked.root / "roles" / "poet.md").write_text("not even valid")
    client.start()
    tools = {tool["name"]: tool for tool in client.ask("tools/list")["result"]["tools"]}
    reports, others = {"progress", "done", "read", "accept", "reject"}, {"status", "spawn", "message", "kill"}
    assert set(tools) == reports | others | {"diff", "merge", "handover"}
    for tool in tools.values():
        schema = tool["inputSchema"]
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) <= set(schema["properties"])
        assert len(tool["description"]) > 60
        assert all(field.get("description") for field in schema["properties"].values())
    assert "poet" in tools["spawn"]["inputSchema"]["properties"]["role"]["enum"]
    assert "worker" in tools["spawn"]["inputSchema"]["properties"]["role"]["enum"]
    assert "_shared-rules" not in tools["spawn"]["inputSchema"]["properties"]["role"]["enum"]


def test_a_ping_is_answered_with_nothing(client: McpClient) -> None:
    assert client.ask("ping", key="a text is an id too") == {
        "jsonrpc": "2.0",
        "id": "a text is an id too",
        "result": {},
    }


PARSE, REQUEST, METHOD, PARAMS = -32700, -32600, -32601, -32602
WILD: list[tuple[bytes, int | None]] = [
    (b"{", PARSE),
    (b"hello", PARSE),
    (b"\xff\xfe\x00", PARSE),
    (b'{"a": NaN}', PARSE),
    (b"[" * 100_000, PARSE),
    (b'{"a":' * 50_000, PARSE),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "pad": "' + b"x" * (5 << 20) + b'"}', PARSE),
    (b"null", REQUEST),
    (b"7", REQUEST),
    (b'"ping"', REQUEST),
    (b"[]", REQUEST),
    (b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]', REQUEST),
    (b"{}", REQUEST),
    (b'{"id": 1}', REQUEST),
    (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', REQUEST),
    (b'{"id": 1, "method": "ping"}', REQUEST),
    (b'{"jsonrpc": "2.0", "id": 1, "method": 7}', REQUEST),
    (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', REQUEST),
    (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', REQUEST),
    (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', REQUEST),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}', PARAMS),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": null}', PARAMS),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/run"}', METHOD),
    (b'{"jsonrpc": "2.0", "id": 1, "method": ""}', METHOD),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list"}', METHOD),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call"}', PARAMS),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "rm"}}', PARAMS),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": ["progress"]}}', PARAMS),
    (b'{"jsonrpc": "2.0", "method": "notifications/unheard/of", "params": 7}', None),
    (b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": []}}', None),
    (b'{"jsonrpc": "2.0", "id": 99, "result": {"roots": []}}', None),
    (b'{"jsonrpc": "2.0", "id": 99, "error": {"code": 1, "message": "no"}}', None),
    (b"   ", None),
    (b"", None),
]


@pytest.mark.parametrize(("said", "code"), WILD, ids=range(len(WILD)))
def test_whatever_is_said_it_is_answered_in_order_and_the_server_goes_on(
    client: McpClient, said: bytes, code: int | None
) -> None:
    client.raw(said + b"\n")
    if code is not None:
        answer = client.hear()
        assert answer["jsonrpc"] == "2.0"
        assert answer["error"]["code"] == code
        assert answer["error"]["message"]
        assert answer["id"] in ((1,) if code in (METHOD, PARAMS) else (1, None))
    assert client.ask("ping", key="after")["result"] == {}


@pytest.mark.parametrize(
    "arguments",
    [
        None,
        [],
        "text",
        {},
        {"text": 7},
        {"text": ""},
        {"text": "x" * 3000},
        {"text": "x", "outputs": "three"},
        {"text": "x", "outputs": -1},
        {"text": "x", "outputs": 1.5},
        {"text": "x", "outputs": True},
        {"text": "x", "output": 1},
        {"text": None},
        {"text": "x", "outputs": None},
    ],
    ids=str,
)
def test_arguments_of_the_wrong_shape_are_a_readable_refusal(client: McpClient, arguments: object) -> None:
    answer = client.ask("tools/call", {"name": "progress", "arguments": arguments})
    result = answer["result"]
    assert result["isError"] is True
    text = result["content"][0]["text"]
    assert "[usage]" in text
    assert "progress was called wrongly." in text


def test_wrong_arguments_inside_of_lists_and_objects_are_named_by_their_place(client: McpClient) -> None:
    spawn = {"name": "w", "role": "worker", "task": "t"}
    said = client.refused("spawn", **spawn, accept=[{"check": "true"}])
    assert "missing required field `text` - at `$.accept[0]`" in said
    assert "Expected `str`, got `int` - at `$.inputs[1]`" in client.refused("spawn", **spawn, inputs=["a", 7])
    assert "Expected `array` of length >= 1 - at `$.ids`" in client.refused("kill", ids=[], reason="r")
    assert "missing required field `reason`" in client.refused("kill", ids=["w"])
    assert ">= 0.0 - at `$.grace_s`" in client.refused("kill", ids=["w"], reason="r", grace_s=-1)
    assert "unknown field `everything`" in client.refused("status", everything=True)


def test_calls_come_one_after_the_other_and_keep_nobody_from_being_answered(client: McpClient, hooked: Hooked) -> None:
    import fcntl

    with hooked.layout.events.open("a") as log:
        fcntl.flock(log, fcntl.LOCK_EX)  # the first call waits for the audit log
        for key in range(3):
            client.send(request("tools/call", key, name="progress", arguments={"text": f"line {key}"}))
        assert client.ask("ping", key="now")["result"] == {}
        assert len(client.ask("tools/list", key="and this")["result"]["tools"]) == len(OFFERED)
    assert [client.hear()["id"] for _ in range(3)] == [0, 1, 2]
    said = [line.rpartition(" - ")[2] for line in hooked.dir.progress.read_text().splitlines()]
    assert said == ["line 0", "line 1", "line 2"]


def test_a_call_that_is_cancelled_while_it_waits_is_not_done_and_not_answered(
    client: McpClient, hooked: Hooked
) -> None:
    import fcntl

    with hooked.layout.events.open("a") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        client.send(request("tools/call", 1, name="progress", arguments={"text": "first"}))
        client.send(request("tools/call", 2, name="progress", arguments={"text": "second"}))
        client.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}})
        client.send(request("tools/call", 3, name="progress", arguments={"text": "third"}))
        assert client.ask("ping", key="now")["result"] == {}
    assert [client.hear()["id"] for _ in range(2)] == [1, 3]
    assert "second" not in hooked.dir.progress.read_text()


def test_too_many_calls_at_once_are_refused_and_not_gathered(client: McpClient, hooked: Hooked) -> None:
    import fcntl

    with hooked.layout.events.open("a") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        for key in range(80):
            client.send(request("tools/call", key, name="progress", arguments={"text": f"line {key}"}))
        busy = client.hear()
        assert busy["error"]["code"] == -32000


def test_the_end_of_input_ends_it_and_what_is_under_way_is_finished(client: McpClient, hooked: Hooked) -> None:
    client.start()
    client.send(request("tools/call", 7, name="progress", arguments={"text": "the last line"}))
    client.stdin.close()
    assert client.process.wait(60) == 0
    said = hooked.dir.progress.read_text() if hooked.dir.progress.exists() else ""
    assert said == "" or said.endswith("the last line\n")  # not begun, or done: never half


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it(client: McpClient, number: signal.Signals) -> None:
    client.start()
    os.kill(client.process.pid, number)
    assert client.process.wait(60) == 0


def test_a_signal_ends_it_in_the_middle_of_a_call(client: McpClient, hooked: Hooked) -> None:
    import fcntl

    with hooked.layout.events.open("a") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        client.send(request("tools/call", 1, name="progress", arguments={"text": "x"}))
        wait_for(hooked.dir.progress.exists, "the call to begin")
        client.process.terminate()
        assert client.process.wait(60) == 0


def test_a_client_that_does_not_listen_any_more_ends_it(client: McpClient) -> None:
    client.start()
    client.stdout.close()
    client.send(request("ping", 1))
    with suppress(BrokenPipeError):  # it may have ended at the first one
        client.send(request("ping", 2))
    assert client.process.wait(60) == 0


def test_a_terminal_is_told_that_this_is_for_programs(hooked: Hooked) -> None:
    import pty
    import subprocess

    from tests.support.cli import COMMAND, environment

    ours, theirs = pty.openpty()
    try:
        ran = subprocess.run(
            [COMMAND, "mcp"], stdin=theirs, capture_output=True, env=environment(hooked.env), timeout=60, check=False
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert ran.returncode == 2
    assert b"spoken to by programs" in ran.stderr


def test_nothing_heavy_is_loaded_before_a_call_needs_it(hooked: Hooked) -> None:
    import subprocess
    import sys

    from tests.support.cli import environment
    from tests.swarm_tui.cli.test_light import HEAVY, SCREEN

    probe = (
        "import json, os, sys\n"
        "from swarm_tui.cli.main import main\n"
        "leave = os._exit\n"
        "def told(status):\n"
        "    print(json.dumps(sorted(sys.modules)), file=sys.stderr, flush=True)\n"
        "    leave(status)\n"
        "os._exit = told\n"
        "main(['mcp'])\n"
    )
    said = [
        request("initialize", 1, protocolVersion="2025-11-25"),
        request("tools/list", 2),
        request("tools/call", 3, name="progress", arguments={"text": "light"}),
        request("tools/call", 4, name="done", arguments={"status": "success", "summary": "light"}),
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", probe],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(hooked.env),
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for each in said:
        process.stdin.write(json.dumps(each) + "\n")
        process.stdin.flush()
        assert "result" in json.loads(process.stdout.readline())
    _, told = process.communicate(timeout=60)
    loaded = set(json.loads(told.splitlines()[-1]))
    assert not loaded & (SCREEN | HEAVY) - {"msgspec"}  # which checks what a call gives
    assert hooked.dir.results.exists()
