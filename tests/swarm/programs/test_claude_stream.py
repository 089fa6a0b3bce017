"""What a reader makes of single events of Claude Code's stream."""

import json
from typing import Any

import pytest

from swarm.config.spending_policy import Price
from swarm.hooks.stop import ask
from swarm.model.activity import Activity, Kind, Note, Tokens
from swarm.programs.claude.stream import ClaudeReader
from swarm.programs.model_names import same
from swarm.programs.prices import Prices
from tests.support.recordings import folded, lines_of, mark, read


def line(kind: str, subtype: str = "", **more: Any) -> bytes:
    return json.dumps(
        {"type": kind, **({"subtype": subtype} if subtype else {}), **more}, separators=(",", ":")
    ).encode()


def init(model: str = "claude-opus-4-8", **more: Any) -> bytes:
    return line("system", "init", session_id="s-1", model=model, **more)


def answer(key: str, *content: dict[str, Any], model: str = "claude-opus-4-8", parent: str | None = None) -> bytes:
    usage = {"input_tokens": 100, "output_tokens": 1, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 3}
    message = {"id": key, "model": model, "content": list(content), "usage": usage}
    return line("assistant", message=message, parent_tool_use_id=parent)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(key: str, tool: str = "Bash", **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": key, "name": tool, "input": given}


def result(cost: float, tokens: int, **more: Any) -> bytes:
    models = {"claude-opus-4-8": {"inputTokens": tokens, "outputTokens": 5, "contextWindow": 200_000}}
    base = {"is_error": False, "total_cost_usd": cost, "modelUsage": models, "terminal_reason": "completed"}
    return line("result", "success", **{**base, **more})


def test_lines_of_one_message_count_its_tokens_once_until_a_result_says_them() -> None:
    lines = [init(), answer("m1", text("a")), answer("m1", call("t1", command="make")), answer("m2", text("b"))]
    state = folded(read(ClaudeReader(), lines))
    assert state.tokens == Tokens(200, 0, 14, 6)
    assert state.cost_usd == pytest.approx(2 * (100 * 5 + 7 * 0.5 + 3 * 6.25) / 1e6), "what the tokens come to"
    assert state.context == 110
    reader = ClaudeReader()
    after = folded(read(reader, [*lines, result(0.5, 210)]))
    assert (after.tokens, after.cost_usd, after.context_limit) == (Tokens(210, 5), 0.5, 200_000)
    assert folded(read(reader, [answer("m3", text("c"))]), after).tokens == Tokens(310, 5, 7, 3)


def test_the_last_of_several_results_of_one_process_counts() -> None:
    state = folded(read(ClaudeReader(), [init(), result(0.2, 100), init(), result(0.5, 300), result(0.6, 300)]))
    assert (state.tokens, state.cost_usd, state.turns) == (Tokens(300, 5), 0.6, 3)


def test_runs_with_a_mark_are_added_up_also_where_the_second_cost_more() -> None:
    lines = [mark(), init(), result(0.2, 100), mark("s-2"), init(), result(0.5, 300)]
    state = folded(read(ClaudeReader(), lines))
    assert (state.tokens, state.cost_usd, state.runs) == (Tokens(400, 10), 0.7, 2)


def test_what_a_killed_run_used_stays_counted() -> None:
    lines = [mark(), init(), result(0.2, 100), answer("m9", text("x")), mark("s-2"), init(), result(0.1, 50)]
    state = folded(read(ClaudeReader(), lines))
    assert state.tokens == Tokens(250, 10, 7, 3)
    assert state.cost_usd == pytest.approx(0.3, abs=0.001)


def test_a_session_taken_up_without_a_mark_is_known_by_totals_that_shrank() -> None:
    state = folded(read(ClaudeReader(), [init(), result(0.5, 300), init(), answer("m1", text("x")), result(0.1, 110)]))
    assert (state.tokens, state.cost_usd) == (Tokens(410, 10), 0.6)


def test_a_result_without_figures_takes_nothing_away() -> None:
    nothing = result(0, 0, modelUsage={}, is_error=True, result="API Error: 400")
    reader = ClaudeReader()
    state = folded(read(reader, [init(), result(0.5, 300), init(), nothing]))
    assert (state.tokens, state.cost_usd) == (Tokens(300, 5), 0.5)
    state = folded(read(reader, [init(), result(0.6, 400)]), state)
    assert (state.tokens, state.cost_usd) == (Tokens(400, 5), 0.6)


def test_a_mark_names_the_model_that_was_ordered_and_another_one_raises_a_note() -> None:
    reader = ClaudeReader()
    lines = [mark(model="opus"), init("claude-opus-4-8[1m]"), answer("m1", text("a"))]
    state = folded(read(reader, lines))
    assert state.notes == ()
    fallback = line(
        "system",
        "model_fallback",
        trigger="overloaded",
        original_model="claude-opus-4-8",
        fallback_model="claude-sonnet-5",
    )
    more = read(
        reader,
        [fallback, answer("m2", text("b"), model="claude-sonnet-5"), answer("m3", text("c"), model="claude-sonnet-5")],
    )
    assert [each.kind for each in more].count(Kind.MODEL_CHANGED) == 1
    state = folded(more, state)
    assert state.model == "claude-sonnet-5"
    assert [note.text for note in state.notes] == ["claude-sonnet-5 answers in place of claude-opus-4-8 (overloaded)"]
    (back,) = [each for each in reader.feed(answer("m4", text("d"))) if each.kind is Kind.MODEL_CHANGED]
    assert not back.error
    assert back.model == "claude-opus-4-8"


def test_another_model_in_the_first_place_is_noted_once_for_all_turns() -> None:
    lines = [mark(model="claude-opus-4-8"), init("claude-haiku-4-5"), init("claude-haiku-4-5")]
    changed = [each for each in read(ClaudeReader(), lines) if each.kind is Kind.MODEL_CHANGED]
    assert [each.text for each in changed] == ["claude-haiku-4-5 answers in place of claude-opus-4-8"]


def test_a_sub_agent_may_use_another_model() -> None:
    lines = [init(), answer("m1", text("x"), model="claude-haiku-4-5", parent="t1")]
    assert not [each for each in read(ClaudeReader(), lines) if each.kind is Kind.MODEL_CHANGED]


@pytest.mark.parametrize(
    ("ordered", "answers", "alike"),
    [
        ("claude-opus-4-8", "claude-opus-4-8[1m]", True),
        ("claude-opus-4-8[1m]", "claude-opus-4-8", True),
        ("opus", "claude-opus-4-8", True),
        ("opus[1m]", "claude-opus-4-8[1m]", True),
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929", True),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929", True),
        ("best", "claude-haiku-4-5", True),
        ("", "claude-haiku-4-5", True),
        ("claude-opus-4-8", "claude-opus-4", False),
        ("claude-opus-4", "claude-opus-4-8", False),
        ("opus", "claude-sonnet-5", False),
        ("claude-opus-4-8", "claude-sonnet-5", False),
    ],
)
def test_names_of_one_model_are_alike(ordered: str, answers: str, alike: bool) -> None:
    assert same(ordered, answers) is alike


def test_a_message_that_was_delivered_is_told_by_its_id() -> None:
    replay = line("user", isReplay=True, message={"role": "user", "content": [text("[m-1a2b3c] hello\nthere")]})
    (told,) = ClaudeReader().feed(replay)
    assert (told.kind, told.key, told.text) == (Kind.DELIVERED, "m-1a2b3c", "[m-1a2b3c] hello\nthere")
    (brief,) = ClaudeReader().feed(line("user", isReplay=True, message={"content": "Your task: quote [m-1a2b3c]."}))
    assert (brief.kind, brief.key) == (Kind.DELIVERED, "")
    several = ClaudeReader().feed(line("user", isReplay=True, message={"content": "[m-aaaa] x\n[m-bbbb] y"}))
    assert [each.key for each in several] == ["m-aaaa", "m-bbbb"]


def test_retries_say_why_and_are_no_sign_of_life() -> None:
    refused = line("system", "api_retry", attempt=2, max_retries=10, error_status=529, error="overloaded")
    (retry,) = ClaudeReader().feed(refused)
    assert retry == Activity(Kind.RETRYING, text="529 overloaded", count=2, limit=10, counts=False)
    (silent,) = ClaudeReader().feed(line("system", "api_retry", attempt=1, error_status=None, error="unknown"))
    assert silent.text == "no answer"


def test_states_and_hooks_are_no_signs_of_life_and_no_activity() -> None:
    reader = ClaudeReader()
    for subtype in ("status", "hook_started", "hook_progress", "hook_response", "session_state_changed"):
        assert reader.feed(line("system", subtype, status="requesting")) == []


def test_a_part_of_an_answer_is_a_sign_of_life() -> None:
    part = line("stream_event", event={"type": "content_block_delta", "delta": {"text": 'he said "message_start"'}})
    assert [each.kind for each in ClaudeReader().feed(part)] == [Kind.WAITING]


def test_an_mcp_server_that_is_not_connected_is_noted_until_it_is() -> None:
    reader = ClaudeReader()
    failed = init(mcp_servers=[{"name": "swarm", "status": "failed"}])
    state = folded(read(reader, [failed, failed]))
    assert state.notes == (Note(Kind.MCP_SERVER, "MCP server swarm: failed"),)
    notes = [
        each
        for each in reader.feed(init(mcp_servers=[{"name": "swarm", "status": "connected"}]))
        if each.kind is Kind.MCP_SERVER
    ]
    assert [(each.text, each.error) for each in notes] == [("MCP server swarm: connected", False)]


def started(task: str, call_: str, kind: str = "local_agent") -> bytes:
    return line(
        "system",
        "task_started",
        task_id=task,
        tool_use_id=call_,
        description=f"does {task}",
        subagent_type="x",
        task_type=kind,
    )


def ended(task: str, status: str = "completed") -> bytes:
    return line("system", "task_notification", task_id=task, status=status)


def test_depth_is_told_whichever_comes_first_the_call_or_the_start() -> None:
    reader = ClaudeReader()
    state = folded(read(reader, [init(), answer("m1", call("t1", "Agent")), started("a", "t1"), started("b", "t2")]))
    assert {each.key: each.depth for each in state.subagents} == {"a": 1, "b": 0}
    state = folded(read(reader, [answer("m2", call("t2", "Agent"), parent="t1"), started("c", "unseen")]), state)
    assert {each.key: (each.depth, each.parent) for each in state.subagents} == {
        "a": (1, ""),
        "b": (2, "a"),
        "c": (0, ""),
    }
    (inner,) = [each for each in reader.feed(answer("m3", text("deep"), parent="t2")) if each.kind is Kind.TEXT]
    assert (inner.parent, inner.depth) == ("t2", 2)


def test_a_shell_that_takes_long_is_no_sub_agent_but_goes_on_in_the_background_until_its_end() -> None:
    reader = ClaudeReader()
    state = folded(read(reader, [started("b1", "t1", "local_bash"), started("b2", "t2", "local_bash")]))
    assert (state.subagents, state.background) == ((), 2)
    state = folded(read(reader, [ended("b1"), ended("b1")]), state)
    assert state.background == 1
    assert folded([Activity(Kind.RUN)], state).background == 0


def test_a_sub_agent_ends_once_and_what_it_had_open_with_it() -> None:
    reader = ClaudeReader()
    lines = [
        answer("m1", call("t1", "Agent")),
        started("a", "t1"),
        answer("m2", call("t2", command="sleep"), parent="t1"),
    ]
    state = folded(read(reader, [init(), *lines]))
    assert [tool.key for tool in state.open_tools] == ["t1", "t2"]
    over = read(reader, [ended("a", "killed"), line("system", "task_updated", task_id="a", patch={"status": "killed"})])
    assert [each.kind for each in over] == [Kind.SUBAGENT_ENDED, Kind.TOOL_CLOSED]
    assert [tool.key for tool in folded(over, state).open_tools] == ["t1"]


def test_a_sub_agent_that_is_first_seen_at_work_counts_and_none_comes_back() -> None:
    reader = ClaudeReader()
    progress = line(
        "system",
        "task_progress",
        task_id="a",
        subagent_type="x",
        description="Running make",
        usage={"total_tokens": 50},
    )
    state = folded(read(reader, [progress]))
    assert [(each.key, each.doing, each.tokens) for each in state.subagents] == [("a", "Running make", 50)]
    assert folded(read(reader, [ended("a"), progress]), state).subagents == ()


def test_progress_without_change_is_no_sign_of_life() -> None:
    reader = ClaudeReader()
    progress = line("system", "task_progress", task_id="a", description="Running make", usage={"total_tokens": 50})
    counted = [each.counts for each in read(reader, [started("a", "t1"), progress, progress])]
    assert counted == [True, True, False]


def test_denials_are_told_once() -> None:
    denial = {"tool_name": "Write", "tool_use_id": "t1", "tool_input": {"file_path": "/x"}}
    live = line("system", "permission_denied", **denial)
    state = folded(
        read(
            ClaudeReader(),
            [init(), live, result(0.1, 1, permission_denials=[denial]), result(0.1, 1, permission_denials=[denial])],
        )
    )
    assert (state.denials, state.denied) == (1, ("Write /x",))


def returned(key: str, words: str, error: bool = True) -> bytes:
    part = {"type": "tool_result", "tool_use_id": key, "content": words, "is_error": error}
    return line("user", message={"content": [part]})


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("Permission to use Write has been denied because Claude Code is running in don't ask mode.", True),
        ("Claude requested permissions to write to /x, but you haven't granted it yet.", True),
        ("PreToolUse:Bash hook error: [guard]: no", True),
        ("You may not write /x: it is outside of your scope.", True),
        ("This Bash command contains multiple operations. The following parts require approval: a, b", True),
        ("make: *** [all] Error 2", False),
        ("cat: /x: Permission denied", False),
    ],
)
def test_a_refusal_is_known_from_what_the_call_gave_back_and_not_counted_again_at_the_end(
    words: str, refused: bool
) -> None:
    reader = ClaudeReader()
    state = folded(read(reader, [init(), answer("m1", call("t1", command="rm x")), returned("t1", words)]))
    assert state.denied == (("Bash rm x",) if refused else ())
    denial = {"tool_name": "Bash", "tool_use_id": "t1", "tool_input": {"command": "rm x"}}
    ends = read(reader, [result(0.1, 1, permission_denials=[denial] if refused else [])])
    assert folded(ends, state).denials == int(refused)


def test_the_answer_to_a_question_for_the_context_is_no_sign_of_life() -> None:
    told = {
        "subtype": "success",
        "request_id": "r",
        "response": {"totalTokens": 5000, "maxTokens": 200000, "percentage": 3},
    }
    (usage,) = ClaudeReader().feed(line("control_response", response=told))
    assert (usage.context, usage.context_limit, usage.counts) == (5000, 200000, False)


def costs(words: str, *models: str) -> bytes:
    told = {"text": "\n".join([f"Total cost:            {words}", "Total duration (API):  0s", *models])}
    return line("control_response", response={"subtype": "success", "request_id": "r", "response": told})


def test_what_it_says_of_its_cost_in_mid_turn_counts_until_a_result_says_it_exactly() -> None:
    reader = ClaudeReader()
    state = folded(read(reader, [mark(), init(), answer("m1", text("a")), costs("$0.0076")]))
    assert state.cost_usd == 0.0076
    (usage,) = reader.feed(costs("$1,204.50"))
    assert (usage.cost_usd, usage.counts) == (1204.50, False)
    state = folded(read(reader, [result(0.02215, 100), costs("$0.0222")]), state)
    assert state.cost_usd == 0.02215
    state = folded(read(reader, [init(), answer("m2", text("b")), costs("$0.0300"), mark("s-2"), init()]), state)
    assert folded(read(reader, [result(0.01, 50)]), state).cost_usd == pytest.approx(0.04)


def test_a_newer_release_says_estimated_and_counts_what_is_written_in_mid_turn() -> None:
    reader = ClaudeReader()
    said = [
        "Estimated cost:        $0.78",
        "Usage by model:",
        "     claude-opus-4-8:  100.0k input, 5.0k output, 50 cache read, 1.2m cache write ($0.78)",
        "Prompt cache (main):   1 request",
    ]
    told = {"subtype": "success", "request_id": "r", "response": {"text": "\n".join(said)}}
    state = folded(read(reader, [mark(), init(), answer("m1", text("a")), line("control_response", response=told)]))
    assert (state.cost_usd, state.unpriced) == (0.78, False)
    assert state.tokens == Tokens(100_000, 5_000, 50, 1_200_000)


def session(total: float, own: float, index: int = 0) -> bytes:
    """A result of a release whose totals are those of the session, whatever process they come from."""
    tokens = [{"claude-opus-4-8": {"inputTokens": int(cost * 1000), "costUSD": cost}} for cost in (total, own)]
    more = {"modelUsage": tokens[0], "model_usage_since_last_result": tokens[1], "result_index": index}
    return result(total, 0, **more)


def test_totals_that_go_on_from_an_earlier_process_of_the_session_are_counted_once() -> None:
    first = [mark(), init(), session(0.5, 0.5)]
    second = [
        mark("s-2"),
        costs("$0.50"),
        init(),
        answer("m2", text("b")),
        session(0.8, 0.3),
        init(),
        session(1, 0.2, 1),
    ]
    reader = ClaudeReader()
    state = folded(read(reader, [*first, *second]))
    assert (state.cost_usd, state.tokens) == (1.0, Tokens(1000))
    killed = read(reader, [mark("s-3"), costs("$1.00"), init(), answer("m3", text("c")), costs("$1.25")])
    assert folded(killed, state).cost_usd == pytest.approx(1.25)


def test_a_model_whose_price_the_program_guesses_is_said_to_have_none_unless_swarm_toml_names_it() -> None:
    guess = "$0.09 (costs may be inaccurate due to usage of unknown models)"
    asked = costs(guess, "    mine:  10.0k input, 1.0k output, 0 cache read, 0 cache write ($0.09)")
    used = {"mine": {"inputTokens": 10_000, "outputTokens": 1_000, "costUSD": 0.09, "costBasis": "unknown"}}
    old = {"mine": {"inputTokens": 10_000, "outputTokens": 1_000, "costUSD": 0.09}}
    begun = [mark(), init("mine"), answer("m1", text("a"), model="mine")]
    for end in ([], [asked], [result(0.09, 0, modelUsage=used)], [result(0.09, 0, modelUsage=old)]):
        state = folded(read(ClaudeReader(), [*begun, *end]))
        assert (state.cost_usd, state.unpriced) == (None, True), end
    prices = Prices({"mine": Price(1, 10)})
    for end in ([asked], [result(0.09, 0, modelUsage=used)], [result(0.09, 0, modelUsage=old)]):
        state = folded(read(ClaudeReader(prices), [*begun, *end]))
        assert state.cost_usd == pytest.approx(0.02), end
        assert not state.unpriced


def test_limits_of_the_account_are_noted_only_where_they_are_near() -> None:
    reader = ClaudeReader()
    assert reader.feed(line("rate_limit_event", rate_limit_info={"status": "allowed"})) == []
    (note,) = reader.feed(line("rate_limit_event", rate_limit_info={"status": "allowed_warning", "utilization": 0.93}))
    assert (note.text, note.error) == ("limit of the account: allowed warning, 93% used", True)


def test_a_compaction_and_a_structured_answer_are_shown() -> None:
    reader = ClaudeReader()
    (note,) = reader.feed(
        line("system", "compact_boundary", compact_metadata={"trigger": "auto", "pre_tokens": 155000})
    )
    assert note.text == "context compacted (auto) at 155000 tokens"
    assert '{"answer": 42}' in [each.text for each in reader.feed(result(0.1, 1, structured_output={"answer": 42}))]


def test_lines_that_were_cut_still_open_and_close_their_tool() -> None:
    reader = ClaudeReader()
    opened = answer("m1", call("t1", "Write", file_path="/x", content="x" * 400_000))[:300_000]
    (activity,) = reader.feed(opened)
    assert (activity.kind, activity.key, activity.tool) == (Kind.TOOL_OPEN, "t1", "Write")
    returned = line(
        "user", message={"content": [{"tool_use_id": "t1", "type": "tool_result", "content": "y" * 400_000}]}
    )
    (activity,) = reader.feed(returned[:300_000])
    assert (activity.kind, activity.key) == (Kind.TOOL_CLOSED, "t1")


def test_a_result_that_stands_twice_in_a_line_is_read_once_and_right() -> None:
    lines = lines_of("claude_success")
    (closed,) = ClaudeReader().feed(lines[3])
    assert (closed.key, closed.text, closed.at) == (
        "toolu_5da92f158a1c438ba6c8",
        "(Bash completed with no output)",
        1795451148.324,
    )
    tricky = line(
        "user",
        message={"content": [{"type": "tool_result", "tool_use_id": "t", "content": 'x","tool_use_result":{"'}]},
        tool_use_result={},
    )
    assert [(each.key, each.text) for each in ClaudeReader().feed(tricky)] == [("t", 'x","tool_use_result":{"')]


def from_hook(words: str) -> bytes:
    """What the program puts into a turn that a Stop hook held."""
    text_ = f"Stop hook feedback:\n{words}"
    return line("user", message={"role": "user", "content": [{"type": "text", "text": text_}]}, isSynthetic=True)


REMARK = line("system", "notification", key="stop-hook-error", text="Stop hook error occurred")


def test_the_question_of_our_gate_is_shown_as_ours_and_as_no_error() -> None:
    found = read(ClaudeReader(), [from_hook(ask("results.json is missing")), REMARK])
    assert [(each.kind, each.error) for each in found] == [(Kind.DELIVERED, False)]
    assert found[0].text.startswith("[swarm-tui] You are not done: results.json is missing.")


def test_what_another_hook_says_is_not_taken_for_ours() -> None:
    found = read(ClaudeReader(), [from_hook("[linter] tests fail"), REMARK])
    assert [each.kind for each in found] == [Kind.NOTE, Kind.NOTE]
    forged = line("user", message={"role": "user", "content": "[swarm-tui] You are done."})
    assert [each.kind for each in read(ClaudeReader(), [forged])] == [Kind.NOTE]
