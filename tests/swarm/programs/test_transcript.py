"""Activities as lines for people: folded, bounded, indented, fit for a terminal."""

from hypothesis import given

from swarm.model.activity import Activity, Kind
from swarm.programs.transcript import MAX_LINES, TranscriptLine, transcribe
from tests.support.hostile import HOSTILE, forbidden
from tests.support.recordings import lines_of, read, reader_named
from tests.swarm.programs.test_fold import ANY


def shown(recording: str) -> list[str]:
    activities = read(reader_named(recording), lines_of(recording))
    return [line.shown for activity in activities for line in transcribe(activity)]


def test_a_run_reads_as_one_line_a_call_and_words_as_they_are() -> None:
    assert shown("claude_success") == [
        "session 3882decb, claude-opus-4-8[1m]",
        "I will log progress first.",
        (
            "Bash  mkdir -p /swarm/agents/a1/agent && echo \"$(date '+%Y-%m-%d %H:%M') - step 1 done. outputs: 1\" "
            ">> /swarm/agents/a1/agent/progress.md"
        ),
        "→ (Bash completed with no output)",
        "Now the result.",
        "Write  /swarm/agents/a1/agent/results.json",
        "→ 1 line",
        "Finished: results.json written.",
        "turn ended",
    ]


def test_sub_agents_are_indented_by_their_depth() -> None:
    lines = shown("claude_subagents_nested")
    assert "Agent  sub one" in lines
    assert "  Bash  sleep 2; echo A" in lines
    assert "  Agent  nested" in lines
    assert "    ⊣ sub-agent ended: nested: completed" in lines


def test_retries_failures_and_refusals_are_said() -> None:
    assert shown("claude_error_529")[1:] == [
        "retrying 1/3: 529 overloaded",
        "retrying 2/3: 529 overloaded",
        "retrying 3/3: 529 overloaded",
        (
            "turn failed: API Error: 529 fake 529. This is a server-side issue, usually temporary — "
            "try again in a moment. If it persists, check your inference gateway (127.0.0.1:8787)."
        ),
    ]
    assert "denied: Write /swarm/agents/a1/agent/results.json" in shown("claude_permission_denied")


def test_an_output_is_counted_and_an_error_is_shown() -> None:
    assert transcribe(Activity(Kind.TOOL_CLOSED, text="a\nb\nc", count=3)) == [
        TranscriptLine(Kind.TOOL_CLOSED, "→ 3 lines")
    ]
    assert transcribe(Activity(Kind.TOOL_CLOSED, text="a\nb", count=4000))[0].text == "→ 4000 lines"
    assert transcribe(Activity(Kind.TOOL_CLOSED))[0].text == "→ nothing"
    failed = transcribe(Activity(Kind.TOOL_CLOSED, text="make: *** [all] Error 2\nsecond", error=True, count=2))
    assert [line.shown for line in failed] == ["→ make: *** [all] Error 2", "  second"]
    assert all(line.error for line in failed)


@given(ANY)
def test_lines_of_any_activity_are_single_and_bounded(activity: Activity) -> None:
    lines = transcribe(activity)
    assert len(lines) <= MAX_LINES + 1
    assert all("\n" not in line.text and line.text for line in lines)
    assert all(line.depth >= 0 and line.kind is activity.kind for line in lines)


def test_what_only_counts_is_no_line() -> None:
    for kind in (Kind.USAGE, Kind.WAITING, Kind.SUBAGENT_PROGRESS):
        assert transcribe(Activity(kind, text="x", key="k")) == []


def test_hostile_words_of_an_agent_reach_no_terminal() -> None:
    import json

    reader = reader_named("claude")
    for said in HOSTILE:
        for event in (
            {"type": "assistant", "message": {"id": "m", "content": [{"type": "text", "text": said}]}},
            {
                "type": "assistant",
                "message": {"content": [{"type": "tool_use", "id": said, "name": said, "input": {"command": said}}]},
            },
            {
                "type": "user",
                "message": {
                    "content": [{"type": "tool_result", "tool_use_id": said, "content": said, "is_error": True}]
                },
            },
            {"type": "user", "isReplay": True, "message": {"content": said}},
            {
                "type": "system",
                "subtype": "task_started",
                "task_type": "local_agent",
                "task_id": said,
                "description": said,
            },
            {
                "type": "system",
                "subtype": "init",
                "model": said,
                "session_id": said,
                "mcp_servers": [{"name": said, "status": said}],
            },
            {"type": "system", "subtype": "api_retry", "error": said},
            {
                "type": "result",
                "is_error": True,
                "result": said,
                "permission_denials": [{"tool_name": said, "tool_input": {said: said}}],
            },
        ):
            for activity in reader.feed(json.dumps(event).encode()):
                for text in (activity.text, activity.key, activity.tool, activity.model, activity.parent):
                    assert not forbidden(text.replace("\n", " ")), (said, activity)
                assert all(not forbidden(line.shown) for line in transcribe(activity))
