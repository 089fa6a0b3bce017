"""What a stream of activities adds up to, for any stream."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.model.activity import Activity, Kind, Note, Tokens, TurnEnd
from swarm.programs.fold import (
    EMPTY,
    MAX_DELIVERED,
    MAX_DENIED,
    MAX_NOTES,
    MAX_OPEN,
    MAX_SUBAGENTS,
    MAX_TEXT,
    fold,
    fold_all,
)
from tests.support.recordings import folded

KEYS = st.sampled_from(["", "a", "b", "c", "d"])
ANY = st.builds(
    Activity,
    kind=st.sampled_from(Kind),
    text=st.text(max_size=2 * MAX_TEXT),
    key=KEYS | st.uuids().map(str),
    tool=st.sampled_from(["", "Bash", "Write"]),
    parent=st.sampled_from(["", "p"]),
    error=st.booleans(),
    at=st.none() | st.floats(),
    model=st.sampled_from(["", "opus", "sonnet"]),
    count=st.integers(),
    limit=st.integers(),
    depth=st.integers(-2, 9),
    counts=st.booleans(),
    tokens=st.none() | st.builds(Tokens, st.integers(0), st.integers(0)),
    cost_usd=st.none() | st.floats(),
    context=st.none() | st.integers(0),
    context_limit=st.none() | st.integers(0),
)
STREAMS = st.lists(st.tuples(ANY, st.floats(0, 1e10)), max_size=120)


@given(STREAMS)
def test_any_stream_folds_into_bounded_values(stream: list[tuple[Activity, float]]) -> None:
    state = EMPTY
    for activity, seen_at in stream:
        state = fold(state, activity, seen_at)
        assert len(state.open_tools) <= MAX_OPEN
        assert len(state.subagents) <= MAX_SUBAGENTS
        assert len(state.denied) <= MAX_DENIED
        assert len(state.delivered) <= MAX_DELIVERED
        assert len(state.notes) <= MAX_NOTES
        assert len(state.last_text) <= MAX_TEXT
        assert all(len(tool.text) <= MAX_TEXT for tool in state.open_tools)
        assert state.in_turn is False or state.turn_end is None
    assert state.last_at <= max((seen_at for _, seen_at in stream), default=0.0)


@given(STREAMS)
def test_live_sub_agents_are_those_that_started_less_those_that_ended(stream: list[tuple[Activity, float]]) -> None:
    state, live = EMPTY, set[str]()
    for activity, seen_at in stream:
        state = fold(state, activity, seen_at)
        if activity.kind is Kind.RUN:
            live.clear()
        elif activity.kind is Kind.SUBAGENT_STARTED:
            live.add(activity.key)
        elif activity.kind is Kind.SUBAGENT_ENDED:
            live.discard(activity.key)
        assert {each.key for each in state.subagents} == live


@given(STREAMS)
def test_an_open_tool_is_closed_by_its_result(stream: list[tuple[Activity, float]]) -> None:
    state = EMPTY
    for activity, seen_at in stream:
        state = fold(state, activity, seen_at)
        keys = [tool.key for tool in state.open_tools]
        assert len(keys) == len(set(keys))
        if activity.kind is Kind.TOOL_OPEN:
            assert activity.key in keys
        if activity.kind is Kind.TOOL_CLOSED:
            assert activity.key not in keys
        if activity.kind is Kind.TURN_ENDED:
            assert all(tool.parent for tool in state.open_tools)


@given(STREAMS, ANY)
def test_any_sign_of_life_ends_a_streak_of_retries(stream: list[tuple[Activity, float]], last: Activity) -> None:
    state = EMPTY
    for activity, seen_at in stream:
        state = fold(state, activity, seen_at)
    refused = fold(state, Activity(Kind.RETRYING, text="529", counts=False), 1.0)
    assert refused.retrying == "529"
    after = fold(refused, last, 1.0)
    if last.kind is Kind.RETRYING:
        assert after.retrying
    elif last.counts:
        assert after.retrying == ""
        assert after.retries == 0


def test_a_retry_is_no_sign_of_life() -> None:
    state = fold(EMPTY, Activity(Kind.TEXT, text="hello"), 100.0)
    state = fold(state, Activity(Kind.RETRYING, text="529 overloaded", count=3, limit=10, counts=False), 200.0)
    assert (state.last_at, state.retried_at) == (100.0, 200.0)
    assert (state.retrying, state.retries, state.retries_limit) == ("529 overloaded", 3, 10)


def test_a_run_that_begins_knows_no_tools_and_sub_agents_of_the_last_one() -> None:
    state = folded(
        [
            Activity(Kind.RUN, model="opus"),
            Activity(Kind.STARTED, key="s", model="opus-4"),
            Activity(Kind.TOOL_OPEN, key="t", tool="Bash", text="make"),
            Activity(Kind.SUBAGENT_STARTED, key="k", text="helper", depth=1),
            Activity(Kind.RUN, model="opus"),
        ]
    )
    assert (state.runs, state.open_tools, state.subagents) == (2, (), ())
    assert (state.session, state.ordered_model, state.model) == ("s", "opus", "opus-4")


def test_the_end_of_a_turn_stands_until_a_new_turn_begins() -> None:
    state = folded([Activity(Kind.TEXT, text="done"), Activity(Kind.TURN_ENDED, text="API Error", error=True)])
    assert state.turn_end == TurnEnd(ok=False, why="API Error")
    late = folded([Activity(Kind.SUBAGENT_ENDED, key="x"), Activity(Kind.TEXT, text="inner", parent="p")], state)
    assert late.turn_end == state.turn_end
    assert not late.in_turn
    assert folded([Activity(Kind.STARTED, key="s")], state).turn_end is None


def test_a_sub_agent_keeps_its_start_and_shows_what_it_does() -> None:
    state = fold(EMPTY, Activity(Kind.SUBAGENT_STARTED, key="k", text="helper", tool="Explore"), 10.0)
    state = fold(state, Activity(Kind.SUBAGENT_PROGRESS, key="k", text="Running make", count=900, depth=2), 20.0)
    state = fold(state, Activity(Kind.SUBAGENT_PROGRESS, key="of another run", text="x"), 30.0)
    (each,) = state.subagents
    assert (each.description, each.kind, each.since, each.doing, each.tokens, each.depth) == (
        *("helper", "Explore", 10.0, "Running make", 900, 2),
    )


def test_a_time_from_the_future_is_not_believed() -> None:
    assert fold(EMPTY, Activity(Kind.TEXT, text="x", at=9e9), 100.0).last_at == 100.0
    assert fold(EMPTY, Activity(Kind.TEXT, text="x", at=90.0), 100.0).last_at == 90.0


def test_a_message_that_reached_it_is_known_once_by_its_id() -> None:
    state = fold(EMPTY, Activity(Kind.DELIVERED, key="m-1a2b3c", text="hello"), 5.0)
    state = fold(state, Activity(Kind.DELIVERED, text="the brief"), 6.0)
    state = fold(state, Activity(Kind.DELIVERED, key="m-1a2b3c", text="hello"), 7.0)
    assert state.delivered == (("m-1a2b3c", 7.0),)


def test_what_a_person_should_look_at_is_noted_once() -> None:
    state = folded(
        [
            Activity(Kind.NOTE, text="context compacted"),
            Activity(Kind.MCP_SERVER, text="MCP server swarm: failed", error=True),
            Activity(Kind.MODEL_CHANGED, text="sonnet in place of opus", model="sonnet", error=True),
            Activity(Kind.MCP_SERVER, text="MCP server swarm: failed", error=True),
        ]
    )
    assert state.notes == (
        Note(Kind.MODEL_CHANGED, "sonnet in place of opus"),
        Note(Kind.MCP_SERVER, "MCP server swarm: failed"),
    )
    assert state.model == "sonnet"


def test_figures_that_are_not_told_stay_as_they_were() -> None:
    state = folded([Activity(Kind.USAGE, tokens=Tokens(5, 1), cost_usd=0.5, context=5, context_limit=100)])
    state = folded([Activity(Kind.USAGE, tokens=Tokens(9, 2))], state)
    assert (state.tokens, state.cost_usd, state.context, state.context_limit) == (Tokens(9, 2), 0.5, 5, 100)


def test_a_turn_that_failed_is_remembered_when_the_next_has_begun_before_anybody_looked() -> None:
    failed = Activity(Kind.TURN_ENDED, text="529 overloaded", error=True)
    state = fold_all(EMPTY, [(failed, 1.0), (Activity(Kind.STARTED, key="s"), 2.0)])
    assert state.turn_end is None
    assert [(note.kind, note.text) for note in state.notes] == [(Kind.TURN_ENDED, "a turn failed: 529 overloaded")]
