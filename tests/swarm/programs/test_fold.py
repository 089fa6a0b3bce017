"""What a stream of activities adds up to, for any stream."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.model.activity import Activity, Kind, Note, Tokens, TurnEnd
from swarm.programs.fold import EMPTY, MAX_DENIED, MAX_NOTES, MAX_OPEN, MAX_SUBAGENTS, MAX_TEXT, MAX_TOLD, fold
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
    doings = EMPTY
    for activity, seen_at in stream:
        doings = fold(doings, activity, seen_at)
        assert len(doings.open_tools) <= MAX_OPEN
        assert len(doings.subagents) <= MAX_SUBAGENTS
        assert len(doings.denied) <= MAX_DENIED
        assert len(doings.told) <= MAX_TOLD
        assert len(doings.notes) <= MAX_NOTES
        assert len(doings.last_text) <= MAX_TEXT
        assert all(len(tool.text) <= MAX_TEXT for tool in doings.open_tools)
        assert doings.in_turn is False or doings.turn_end is None
    assert doings.last_at <= max((seen_at for _, seen_at in stream), default=0.0)


@given(STREAMS)
def test_live_sub_agents_are_those_that_started_less_those_that_ended(stream: list[tuple[Activity, float]]) -> None:
    doings, live = EMPTY, set[str]()
    for activity, seen_at in stream:
        doings = fold(doings, activity, seen_at)
        if activity.kind is Kind.RUN:
            live.clear()
        elif activity.kind is Kind.SUBAGENT_STARTED:
            live.add(activity.key)
        elif activity.kind is Kind.SUBAGENT_ENDED:
            live.discard(activity.key)
        assert {each.key for each in doings.subagents} == live


@given(STREAMS)
def test_an_open_tool_is_closed_by_its_result(stream: list[tuple[Activity, float]]) -> None:
    doings = EMPTY
    for activity, seen_at in stream:
        doings = fold(doings, activity, seen_at)
        keys = [tool.key for tool in doings.open_tools]
        assert len(keys) == len(set(keys))
        if activity.kind is Kind.TOOL_OPEN:
            assert activity.key in keys
        if activity.kind is Kind.TOOL_CLOSED:
            assert activity.key not in keys
        if activity.kind is Kind.TURN_ENDED:
            assert all(tool.parent for tool in doings.open_tools)


@given(STREAMS, ANY)
def test_any_sign_of_life_ends_a_streak_of_retries(stream: list[tuple[Activity, float]], last: Activity) -> None:
    doings = EMPTY
    for activity, seen_at in stream:
        doings = fold(doings, activity, seen_at)
    refused = fold(doings, Activity(Kind.RETRYING, text="529", counts=False), 1.0)
    assert refused.retrying == "529"
    after = fold(refused, last, 1.0)
    if last.kind is Kind.RETRYING:
        assert after.retrying
    elif last.counts:
        assert after.retrying == ""
        assert after.retries == 0


def test_a_retry_is_no_sign_of_life() -> None:
    doings = fold(EMPTY, Activity(Kind.TEXT, text="hello"), 100.0)
    doings = fold(doings, Activity(Kind.RETRYING, text="529 overloaded", count=3, limit=10, counts=False), 200.0)
    assert (doings.last_at, doings.retried_at) == (100.0, 200.0)
    assert (doings.retrying, doings.retries, doings.retries_limit) == ("529 overloaded", 3, 10)


def test_a_run_that_begins_knows_no_tools_and_sub_agents_of_the_last_one() -> None:
    doings = folded(
        [
            Activity(Kind.RUN, model="opus"),
            Activity(Kind.STARTED, key="s", model="opus-4"),
            Activity(Kind.TOOL_OPEN, key="t", tool="Bash", text="make"),
            Activity(Kind.SUBAGENT_STARTED, key="k", text="helper", depth=1),
            Activity(Kind.RUN, model="opus"),
        ]
    )
    assert (doings.runs, doings.open_tools, doings.subagents) == (2, (), ())
    assert (doings.session, doings.ordered_model, doings.model) == ("s", "opus", "opus-4")


def test_the_end_of_a_turn_stands_until_a_new_turn_begins() -> None:
    doings = folded([Activity(Kind.TEXT, text="done"), Activity(Kind.TURN_ENDED, text="API Error", error=True)])
    assert doings.turn_end == TurnEnd(ok=False, why="API Error")
    late = folded([Activity(Kind.SUBAGENT_ENDED, key="x"), Activity(Kind.TEXT, text="inner", parent="p")], doings)
    assert late.turn_end == doings.turn_end
    assert not late.in_turn
    assert folded([Activity(Kind.STARTED, key="s")], doings).turn_end is None


def test_a_sub_agent_keeps_its_start_and_shows_what_it_does() -> None:
    doings = fold(EMPTY, Activity(Kind.SUBAGENT_STARTED, key="k", text="helper", tool="Explore"), 10.0)
    doings = fold(doings, Activity(Kind.SUBAGENT_PROGRESS, key="k", text="Running make", count=900, depth=2), 20.0)
    doings = fold(doings, Activity(Kind.SUBAGENT_PROGRESS, key="of another run", text="x"), 30.0)
    (each,) = doings.subagents
    assert (each.description, each.kind, each.since, each.doing, each.tokens, each.depth) == (
        *("helper", "Explore", 10.0, "Running make", 900, 2),
    )


def test_a_time_from_the_future_is_not_believed() -> None:
    assert fold(EMPTY, Activity(Kind.TEXT, text="x", at=9e9), 100.0).last_at == 100.0
    assert fold(EMPTY, Activity(Kind.TEXT, text="x", at=90.0), 100.0).last_at == 90.0


def test_a_message_that_reached_it_is_known_once_by_its_id() -> None:
    doings = fold(EMPTY, Activity(Kind.TOLD, key="m-1a2b3c", text="hello"), 5.0)
    doings = fold(doings, Activity(Kind.TOLD, text="the brief"), 6.0)
    doings = fold(doings, Activity(Kind.TOLD, key="m-1a2b3c", text="hello"), 7.0)
    assert doings.told == (("m-1a2b3c", 7.0),)


def test_what_a_person_should_look_at_is_noted_once() -> None:
    doings = folded(
        [
            Activity(Kind.NOTE, text="context compacted"),
            Activity(Kind.MCP_SERVER, text="MCP server swarm: failed", error=True),
            Activity(Kind.MODEL_CHANGED, text="sonnet in place of opus", model="sonnet", error=True),
            Activity(Kind.MCP_SERVER, text="MCP server swarm: failed", error=True),
        ]
    )
    assert doings.notes == (
        Note(Kind.MODEL_CHANGED, "sonnet in place of opus"),
        Note(Kind.MCP_SERVER, "MCP server swarm: failed"),
    )
    assert doings.model == "sonnet"


def test_figures_that_are_not_told_stay_as_they_were() -> None:
    doings = folded([Activity(Kind.USAGE, tokens=Tokens(5, 1), cost_usd=0.5, context=5, context_limit=100)])
    doings = folded([Activity(Kind.USAGE, tokens=Tokens(9, 2))], doings)
    assert (doings.tokens, doings.cost_usd, doings.context, doings.context_limit) == (Tokens(9, 2), 0.5, 5, 100)
