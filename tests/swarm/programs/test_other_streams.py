"""What readers make of single events of Codex, Gemini and OpenCode."""

import json
from typing import Any

import pytest

from swarm.model.activity import Activity, Kind, Tokens
from swarm.programs.codex.stream import CodexReader
from swarm.programs.gemini.stream import GeminiReader
from swarm.programs.opencode.stream import OpenCodeReader
from swarm.programs.run_marker import before, going_on
from tests.support.recordings import folded, mark, read


def line(kind: str, **more: Any) -> bytes:
    return json.dumps({"type": kind, **more}).encode()


def item(phase: str, key: str, kind: str, **more: Any) -> bytes:
    return line(f"item.{phase}", item={"id": key, "type": kind, **more})


def usage(given: int, output: int, cached: int = 0) -> bytes:
    told = {"input_tokens": given, "cached_input_tokens": cached, "output_tokens": output}
    return line("turn.completed", usage=told)


def shown(activities: list[Activity]) -> list[tuple[Kind, str, str]]:
    return [(each.kind, each.tool, each.text) for each in activities]


def test_codex_counts_a_thread_by_its_last_total_and_leaves_out_what_its_cache_gave() -> None:
    lines = [mark(), line("thread.started", thread_id="t"), usage(100, 10, 40), mark("s-2")]
    lines += [line("thread.started", thread_id="t"), usage(300, 30, 50)]
    assert folded(read(CodexReader(), lines)).tokens == Tokens(250, 30, 50)


def test_codex_adds_another_thread_to_the_one_before() -> None:
    lines = [line("thread.started", thread_id="t"), usage(100, 10), line("thread.started", thread_id="u"), usage(70, 7)]
    assert folded(read(CodexReader(), lines)).tokens == Tokens(170, 17)


def test_codex_counts_a_thread_that_another_agent_began_from_where_it_went_on() -> None:
    first = mark("s-1")
    second = going_on(mark("s-2"), first, (100, 10, 40, 0))
    third = going_on(mark("s-3"), second, (50, 5, 0, 0))
    assert before(first) == Tokens()
    assert before(second) == Tokens(100, 10, 40)
    assert before(third) == Tokens(150, 15, 40)
    lines = [third, line("thread.started", thread_id="t"), usage(290, 30, 40), mark("s-3"), usage(390, 40, 40)]
    activity = folded(read(CodexReader(), lines))
    assert (activity.tokens, activity.runs) == (Tokens(200, 25), 2)


@pytest.mark.parametrize("said", [b"", b"{}", b'{"before":[1]}', b'{"before":["a",1,1,1]}', b'{"before":[-1,0,0,0]}'])
def test_a_mark_that_does_not_say_what_was_before_means_nothing(said: bytes) -> None:
    assert before(said) == Tokens()
    assert before(going_on(mark(), said, None)) == Tokens()


def test_codex_shows_commands_without_the_shell_they_are_handed_to() -> None:
    command = "/bin/bash -lc 'make test'"
    opened = CodexReader().feed(item("started", "i1", "command_execution", command=command, status="in_progress"))
    assert shown(opened) == [(Kind.TOOL_OPEN, "shell", "make test")]
    done = {"command": command, "aggregated_output": "a\nb\n", "exit_code": 2, "status": "failed"}
    (closed,) = CodexReader().feed(item("completed", "i1", "command_execution", **done))
    assert (closed.kind, closed.key, closed.text, closed.count, closed.error) == (
        Kind.TOOL_CLOSED,
        "i1",
        "a\nb",
        2,
        True,
    )


def test_codex_shows_patches_searches_and_tools_of_servers() -> None:
    reader = CodexReader()
    change = {"changes": [{"path": "/a/x.md", "kind": "add"}, {"path": "/a/y.md", "kind": "update"}]}
    assert shown(reader.feed(item("started", "i1", "file_change", **change))) == [
        (Kind.TOOL_OPEN, "patch", "/a/x.md /a/y.md")
    ]
    assert [each.kind for each in reader.feed(item("completed", "i1", "file_change", **change))] == [Kind.TOOL_CLOSED]
    searched = reader.feed(item("completed", "i2", "web_search", query="plover"))
    assert shown(searched)[0] == (Kind.TOOL_OPEN, "search", "plover")
    assert searched[1].kind is Kind.TOOL_CLOSED
    call = {"server": "swarm", "tool": "progress", "arguments": {"text": "Half done."}}
    assert shown(reader.feed(item("started", "i3", "mcp_tool_call", **call))) == [
        (Kind.TOOL_OPEN, "swarm.progress", "Half done.")
    ]
    (failed,) = reader.feed(item("completed", "i3", "mcp_tool_call", **call, error={"message": "no"}, status="failed"))
    assert (failed.kind, failed.error, failed.text) == (Kind.TOOL_CLOSED, True, "no")


def test_codex_says_that_it_tries_again_and_once_why_it_failed() -> None:
    reader = CodexReader()
    (retry,) = reader.feed(line("error", message="Reconnecting... 2/5 (unexpected status 503: gone)"))
    assert (retry.kind, retry.count, retry.limit, retry.text, retry.counts) == (
        *(Kind.RETRYING, 2, 5, "unexpected status 503: gone", False),
    )
    ends = read(reader, [line("error", message="it is over"), line("turn.failed", error={"message": "it is over"})])
    assert [(each.kind, each.text, each.error) for each in ends] == [(Kind.TURN_ENDED, "it is over", True)]


def test_codex_complaint_about_a_model_it_does_not_know_is_harmless() -> None:
    told = "Model metadata for `gpt-9` not found. Defaulting to fallback metadata."
    assert CodexReader().feed(item("completed", "i0", "error", message=told)) == []
    (note,) = CodexReader().feed(item("completed", "i0", "error", message="MCP server swarm failed to start"))
    assert (note.kind, note.error) == (Kind.NOTE, True)


def test_gemini_pieces_of_an_answer_become_one_text() -> None:
    reader = GeminiReader()
    pieces = [line("message", role="assistant", content=word, delta=True) for word in ("Hel", "lo.\n", "Now.")]
    assert {each.kind for each in read(reader, pieces)} == {Kind.WAITING}
    told = reader.feed(line("tool_use", tool_name="run_shell_command", tool_id="k", parameters={"command": "ls"}))
    assert shown(told) == [(Kind.TEXT, "", "Hello.\nNow."), (Kind.TOOL_OPEN, "run_shell_command", "ls")]


def test_gemini_adds_up_its_runs_and_leaves_out_what_its_cache_gave() -> None:
    def ended(given: int, cached: int, output: int) -> bytes:
        stats = {"input_tokens": given, "input": given - cached, "cached": cached, "output_tokens": output}
        return line("result", status="success", stats=stats)

    start = line("init", session_id="s", model="gemini-2.5-pro")
    lines = [mark(), start, ended(450, 50, 30), mark("s-2"), start, ended(200, 0, 20)]
    assert folded(read(GeminiReader(), lines)).tokens == Tokens(600, 50, 50)


def test_gemini_failed_and_refused_tools_are_told() -> None:
    refused = {"tool_id": "k", "status": "error", "error": {"type": "policy_violation", "message": "denied by policy"}}
    kinds = [(each.kind, each.error, each.text) for each in GeminiReader().feed(line("tool_result", **refused))]
    assert kinds == [(Kind.DENIED, False, "denied by policy"), (Kind.TOOL_CLOSED, True, "denied by policy")]
    (note,) = GeminiReader().feed(line("error", severity="error", message="Loop detected"))
    assert (note.kind, note.text, note.error) == (Kind.NOTE, "Loop detected", True)


def step(key: str, reason: str, cost: float = 0.5, **tokens: Any) -> bytes:
    told = {"input": 100, "output": 10, "reasoning": 0, "cache": {"read": 7, "write": 3}, **tokens}
    return line("step_finish", sessionID="ses_1", part={"id": key, "reason": reason, "tokens": told, "cost": cost})


def test_opencode_adds_up_steps_and_ends_a_turn_with_one_that_calls_no_tool() -> None:
    activity = folded(read(OpenCodeReader(), [step("a", "tool-calls"), step("b", "tool-calls")]))
    assert (activity.tokens, activity.cost_usd, activity.turn_end, activity.context) == (
        Tokens(200, 20, 14, 6),
        1.0,
        None,
        110,
    )
    ended = folded(read(OpenCodeReader(), [step("a", "tool-calls"), step("b", "stop")]))
    assert ended.turn_end is not None
    assert ended.turn_end.ok
    cut = folded(read(OpenCodeReader(), [step("a", "length")]))
    assert cut.turn_end is not None
    assert not cut.turn_end.ok


@pytest.mark.parametrize(("total", "output"), [(145, 35), (120, 10), (None, 35)])
def test_opencode_thoughts_are_counted_once_whether_stated_apart_or_not(total: int | None, output: int) -> None:
    activity = folded(read(OpenCodeReader(), [step("a", "stop", reasoning=25, total=total)]))
    assert activity.tokens == Tokens(100, output, 7, 3)


def test_opencode_refused_and_failed_tools_are_told() -> None:
    def call(state: dict[str, Any]) -> bytes:
        part = {"tool": "write", "callID": "c", "state": {"input": {"filePath": "/x"}, **state}}
        return line("tool_use", sessionID="ses_1", timestamp=1795451272814, part=part)

    rule = "The user has specified a rule which prevents you from using this specific tool call."
    refused = OpenCodeReader().feed(call({"status": "error", "error": rule}))
    assert [each.kind for each in refused] == [Kind.STARTED, Kind.TOOL_OPEN, Kind.DENIED, Kind.TOOL_CLOSED]
    assert refused[2].text == "/x"
    failed = OpenCodeReader().feed(call({"status": "completed", "output": "no", "metadata": {"exit": 1}}))[-1]
    assert (failed.kind, failed.error, failed.at) == (Kind.TOOL_CLOSED, True, 1795451272.814)
