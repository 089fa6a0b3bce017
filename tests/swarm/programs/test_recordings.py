"""Recorded output of the real programs, replayed: exact figures, sub-agents, refusals, ends; and never an exception."""

import json
import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.model.activity import Kind, Tokens
from swarm.model.reports import ResultsState
from swarm.rules.results.outcome import judge
from tests.support.recordings import RECORDINGS, folded, lines_of, mark, read, reader_named, replay


@dataclass(frozen=True)
class Expected:
    """What a recording holds, counted in its JSON by other means than the readers."""

    session: str
    model: str
    tokens: Tokens | None
    cost: float | None
    end: bool | None = True
    """Whether its last turn ended well; None where it did not end."""
    why: str = ""
    """Words that stand in the reason."""
    turns: int = 1
    retries: int = 0
    subagents: int = 0
    denied: tuple[str, ...] = ()
    context: int | None = None
    tools: int = 0


OPUS = "claude-opus-4-8[1m]"
TABLE = {
    "claude_background_agent": Expected(
        "0f0a959c-b0d1-425e-879b-bf5e84393f81",
        OPUS,
        Tokens(73517, 137),
        0.37100999999999995,
        turns=2,
        subagents=1,
        context=19569,
        tools=2,
    ),
    "claude_background_bash_killed": Expected(
        "f28838ec-3f5a-410e-b9fa-96e18349c586", OPUS, Tokens(38303, 59), 0.19299, context=19224, tools=1
    ),
    "claude_error_400": Expected(
        "f3b9f188-4855-47dc-95d2-6f980095ac78", OPUS, Tokens(), 0.0, end=False, why="API Error: 400"
    ),
    "claude_error_401": Expected(
        "1f7290e7-d0b6-4055-b712-ac7caef7359f", OPUS, Tokens(), 0.0, end=False, why="Failed to authenticate", retries=3
    ),
    "claude_error_529": Expected(
        "2d1edb20-e0b2-46ab-9e16-33d50a7f00f3", OPUS, Tokens(), 0.0, end=False, why="API Error: 529", retries=3
    ),
    "claude_halted_by_hook": Expected(
        "e83d8193-76be-4a0c-9bb3-476ed339f20f",
        OPUS,
        Tokens(19079, 38),
        0.096345,
        why="stopped by a hook",
        context=19079,
        tools=1,
    ),
    "claude_max_budget": Expected(
        "cc19cf09-f1ab-48c3-a3f8-5ecdc6ff9021",
        OPUS,
        Tokens(76946, 152),
        0.38853,
        end=False,
        why="maximum budget",
        context=19385,
        tools=4,
    ),
    "claude_max_turns": Expected(
        "2fb85fd3-1f21-482c-91dd-f01744c736d0",
        OPUS,
        Tokens(19079, 78),
        0.09734499999999999,
        end=False,
        why="limit of turns",
        context=19079,
        tools=1,
    ),
    "claude_mcp": Expected(
        "afac7d20-94ac-4cb1-8ca3-8cd3afb47cad", OPUS, Tokens(77527, 135), 0.39101, context=19512, tools=3
    ),
    "claude_partial": Expected(
        "882950fc-8730-41de-b90c-ea27a09a5170", OPUS, Tokens(57605, 154), 0.291875, context=19326, tools=2
    ),
    "claude_permission_denied": Expected(
        "331ff521-1576-4061-85cc-f19c3d2a39ff",
        OPUS,
        Tokens(57675, 154),
        0.292225,
        denied=("Bash mkdir -p /swarm/agents/a1/agent", "Write /swarm/agents/a1/agent/results.json"),
        context=19360,
        tools=2,
    ),
    "claude_retry_recovers": Expected(
        "67fe1c63-0e31-4854-84b7-b1b616e7b93c",
        OPUS,
        Tokens(19079, 12),
        0.09569499999999999,
        retries=3,
        context=19079,
    ),
    "claude_sigint_during_tool": Expected(
        "7511208f-8314-41b8-9127-ba16013e63ff",
        OPUS,
        Tokens(19080, 48),
        0.0966,
        end=False,
        why="interrupted while a tool ran",
        context=19080,
        tools=1,
    ),
    "claude_stop_hook_cap": Expected(
        "f065a555-12e6-4bad-85a1-0a11e6b85d67", OPUS, Tokens(173009, 81), 0.8670700000000001, context=19363
    ),
    "claude_subagents_nested": Expected(
        "b628c5d4-887e-4d16-85e0-465c873e6dd9",
        OPUS,
        Tokens(119844, 313),
        0.607045,
        subagents=3,
        context=19361,
        tools=5,
    ),
    "claude_success": Expected(
        "3882decb-59e5-4c3d-a73d-0350d1c82c66", OPUS, Tokens(57605, 154), 0.291875, context=19326, tools=2
    ),
    "claude_workflow": Expected(
        "8c9001fc-b300-4bbe-81d0-49ddfee9ab57",
        OPUS,
        Tokens(100254, 190),
        0.50602,
        turns=2,
        subagents=2,
        context=19596,
        tools=1,
    ),
    "codex_error_503": Expected(
        "01a2093c-83bb-74f2-bee7-00212f10b8d5", "", None, None, end=False, why="503 Service Unavailable", retries=2
    ),
    "codex_success": Expected("01a2093b-d5f7-7042-acaf-638cd67f4ce3", "", Tokens(29862, 126), None, tools=2),
    "gemini_error_400": Expected(
        "80bff267-7fb3-4eb5-8d49-7f782b240769", "gemini-2.5-flash", Tokens(), None, end=False, why="fake 400"
    ),
    "gemini_error_503": Expected(
        "f15956d6-5801-4b3d-a7dc-1f4d239e241f", "gemini-2.5-flash", None, None, end=None, turns=0
    ),
    "gemini_success": Expected(
        "33d39ca1-c52b-4e2e-a123-b5942a8c80dd", "gemini-2.5-flash", Tokens(35578, 126), 0.0109884, tools=2
    ),
    "opencode_error_401": Expected(
        "ses_df6c3a20bffeUK0I6FFY3xkdpR", "", None, None, end=False, why="APIError 401 fake 401"
    ),
    "opencode_success": Expected(
        "ses_df6c3e4f7ffeM5D06NwH55P74c", "", Tokens(23161, 124), 0.071343, context=7815, tools=2
    ),
}
ALL = sorted(path.stem for path in RECORDINGS.glob("*.jsonl") if path.stem in TABLE)
EVERY = sorted(path.stem for path in RECORDINGS.glob("*.jsonl"))


@pytest.mark.parametrize("name", ALL)
def test_a_recording_gives_its_exact_figures_and_its_end(name: str) -> None:
    expected = TABLE[name]
    activities = read(reader_named(name), lines_of(name))
    state = folded(activities)
    assert state.session == expected.session
    assert state.model == state.ordered_model == expected.model
    assert state.tokens == expected.tokens
    assert state.cost_usd == pytest.approx(expected.cost, abs=1e-12)
    assert state.context == expected.context
    assert state.turns == expected.turns
    kinds = [activity.kind for activity in activities]
    assert kinds.count(Kind.RETRYING) == expected.retries
    assert kinds.count(Kind.TOOL_OPEN) == expected.tools
    assert kinds.count(Kind.SUBAGENT_STARTED) == kinds.count(Kind.SUBAGENT_ENDED) == expected.subagents
    assert state.denials == len(state.denied) == len(expected.denied)
    assert all(said.startswith(words) for said, words in zip(state.denied, expected.denied, strict=True))
    assert state.subagents == ()
    assert state.open_tools == ()
    assert state.retrying == ""
    assert state.in_turn is (expected.end is None)
    assert (state.turn_end.ok if state.turn_end else None) is expected.end
    assert expected.why in (state.turn_end.why if state.turn_end else "")
    assert judge(0, state, ResultsState.VALID)[0] is bool(expected.end)


def test_every_recording_is_in_the_table() -> None:
    assert [name for name in EVERY if name not in TABLE] == ["claude_success.session"]


@pytest.mark.parametrize("name", ALL)
def test_two_runs_with_a_mark_between_them_are_added_up(name: str) -> None:
    lines = lines_of(name)
    once = replay(name)
    # OpenCode's steps have ids: those of a second run are others.
    again = [line.replace(b'"prt_2', b'"prt_3') for line in lines]
    twice = replay(name, [mark("s-1"), *lines, mark("s-2"), *again])
    assert twice.runs == 2
    if once.tokens is None or name.startswith("codex"):
        assert twice.tokens == once.tokens, "a thread's usage is its total"
    else:
        assert twice.tokens == once.tokens + once.tokens
    assert twice.cost_usd == (once.cost_usd + once.cost_usd if once.cost_usd is not None else None)
    assert twice.turns == once.turns * 2
    assert twice.subagents == ()
    assert twice.turn_end == once.turn_end


@pytest.mark.parametrize("name", ALL)
def test_unknown_events_and_bad_lines_between_change_nothing(name: str) -> None:
    noise = [
        b"",
        b"   ",
        b"not json at all",
        b"[1, 2, 3]",
        b"null",
        b'"text"',
        b"\x00\xff\xfe\x80" * 50,
        b'{"type":"a_kind_of_next_year","payload":{"deep":[1,2,{"x":null}]}}',
        b'{"type":"system","subtype":"of_next_year","session_id":"x"}',
        b'{"type":"item.completed","item":{"id":"n","type":"of_next_year"}}',
        b'{"type":{"not":"a text"}}',
        b'{"type":["system"],"subtype":7}',
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"type":"assistant","message":17}',
        b'{"type":"user","message":{"content":42}}',
        b'{"type":"system","subtype":"task_progress","task_id":null}',
    ]
    mixed = [each for line in lines_of(name) for each in (*noise, line)]
    assert replay(name, mixed) == replay(name)


@pytest.mark.parametrize("name", EVERY)
def test_mangled_cut_and_doubled_lines_stop_nothing(name: str) -> None:
    chance = random.Random(name)
    lines = lines_of(name)
    reader = reader_named(name)
    for _ in range(20):
        for line in lines:
            data = bytearray(line)
            for _ in range(chance.randrange(1, 30)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            reader.feed(bytes(data))
            reader.feed(line[: chance.randrange(len(line))])
            reader.feed(line[chance.randrange(len(line)) :])
            reader.feed(line)
            reader.feed(line)
    # After all that a run is read as if nothing had been.
    before = folded(read(reader, [mark("s-9")]))
    after = folded(read(reader, lines), before)
    fresh = replay(name)
    assert (after.session, after.turn_end, after.subagents) == (fresh.session, fresh.turn_end, fresh.subagents)
    assert after.turns == fresh.turns


@pytest.mark.parametrize("name", ALL)
def test_every_line_doubled_counts_no_tokens_twice(name: str) -> None:
    doubled = [each for line in lines_of(name) for each in (line, line)]
    once, twice = replay(name), replay(name, doubled)
    assert twice.tokens == once.tokens
    assert twice.cost_usd == once.cost_usd
    assert twice.denials == once.denials
    assert twice.subagents == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "name",
    [
        *("claude_subagents_nested", "claude_workflow", "claude_partial"),
        *("codex_success", "gemini_success", "opencode_success"),
    ],
)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_value_in_any_place_of_an_event_raises(name: str, data: st.DataObject) -> None:
    lines = lines_of(name)
    event = json.loads(data.draw(st.sampled_from(lines)))
    place = event
    for _ in range(data.draw(st.integers(0, 3))):
        inner = [value for value in place.values() if isinstance(value, dict) and value]
        if not inner:
            break
        place = data.draw(st.sampled_from(inner))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(_JSON)
    reader = reader_named(name)
    folded(read(reader, [*lines[:3], json.dumps(event).encode(), *lines[3:]]))


@pytest.mark.parametrize("name", sorted({name.partition("_")[0] for name in EVERY}))
@settings(max_examples=200, deadline=None)
@given(line=st.binary(max_size=300))
def test_no_bytes_raise(name: str, line: bytes) -> None:
    reader_named(name).feed(line)
