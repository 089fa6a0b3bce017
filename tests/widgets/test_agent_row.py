"""Rows of agents: what is said at which width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from swarm.model.activity import ActivityState, OpenTool
from swarm.model.causes import ProblemCode, Severity
from swarm.model.health import Health, Usefulness, Verdict
from swarm.model.record import Ending, Observed, Phase
from swarm.model.snapshot import Problem
from swarm.model.values import replace
from swarm.rules.verdicts import verdicts
from tests.support.hostile import HOSTILE, forbidden
from tests.support.swarms import (
    HEARTBEAT_N,
    HOUR,
    MINUTE,
    NOW,
    POLICY,
    a_root,
    a_snapshot,
    a_spec,
    a_view,
    big_example,
    every_state,
    full_id,
)
from widgets.agent_row import RowState, mark_column, row
from widgets.agent_sentence import sentence_cells
from widgets.agent_words import (
    NO_VERDICT,
    STATE_ROLES,
    age_text,
    bar,
    bar_level,
    outputs_text,
    slots_text,
    state_mark,
    state_word,
)
from widgets.cells import Cells, cells_width
from widgets.charset import ASCII, UNICODE, Charset
from widgets.tree_columns import columns_for
from widgets.verdict_words import verdict_cells

FRESH = Verdict(Health.FRESH, "updated 1m ago", Health.LATE, 840.0, age=60.0, kill_in=2640.0)


def text_of(cells: Cells) -> str:
    return "".join(cell.text for cell in cells).rstrip()


def table(width: int, charset: Charset = UNICODE) -> list[str]:
    """The big example's rows, as a flat list of names."""
    snapshot = big_example()
    found = verdicts(snapshot, POLICY, NOW)
    longest = 3 + max(len(view.name) for view in snapshot.agents)
    columns = columns_for(width, longest)
    return [
        text_of(row(view, found[view.id], NOW, columns, RowState(root=view.id == snapshot.root), charset))
        for view in snapshot.agents
    ]


def test_a_row_of_45_columns_has_mark_name_and_age() -> None:
    assert table(45) == [
        " ♔ genesis-01                      idle",
        " ◔ diagnostic-01                   starting",
        " ◆ idea-alpha                      2m",
        " † worker-0                        killed 44m",
        " ● worker-1                        1m",
        " ▲ worker-2                        32m",
        " ↻ worker-3                        3m",
        " ◆ idea-beta                       9m",
        " ? worker-1                        lost 2h",
        " ✖ worker-2                        46m",
        " ‖ worker-3                        paused",
        " ✔ worker-9                        unread 3♥",
        " … idea-gamma                      queued",
        " ◈ improvement-01                  33m",
        " ✗ migrate-01                      failed 1h",
        " ◆ scout-01                        4m",
        " ◐ helper-1                        18m",
        " ◌ helper-2                        6m",
        " ✖ notes-import ◌                  1d02h",
    ]


def test_a_row_of_75_columns_has_state_age_slots_and_the_reason_of_whoever_is_not_well() -> None:
    assert table(75) == [
        " ♔ genesis-01      idle              12/12 Portfolio reviewed; idea-beta n…",
        " ◔ diagnostic-01   starting                nothing written yet",
        " ◆ idea-alpha      fresh          2m 4/4   3 workers writing.",
        " † worker-0        killed        44m       silent 46m; the limit is 45m",
        " ● worker-1        fresh          1m       Writing analysis section. 800/2…",
        " ▲ worker-2        investigate   32m       silent 32m, kill in 13m: Drafti…",
        " ↻ worker-3        looping        3m       its last 6 updates say the same…",
        " ◆ idea-beta       fresh          9m 3/3   Waiting for worker-2.",
        " ? worker-1        lost           2h       gone without results 2h ago",
        " ✖ worker-2        overdue       46m       silent 46m, next beat kills it:",
        " ‖ worker-3        paused                  paused for 22m; nothing ends it…",
        " ✔ worker-9        done          52m       unread 3♥ results: success  The…",
        " … idea-gamma      queued            0/4   waiting for a slot",
        " ◈ improvement-01  held          33m       held: a long audit",
        " ✗ migrate-01      failed         1h       it ended with exit code 1 witho…",
        ' ◆ scout-01        fresh          4m 3/2   !injection "ignore previous ins…',
        " ◐ helper-1        late          18m       Reading the fourth page.",
        " ◌ helper-2        fresh          6m       !ghost foreign it was not spawn…",
        " ✖ notes-import ◌  overdue     1d02h       foreign silent 1d02h: Importing…",
    ]


def test_a_row_of_160_columns_has_a_bar_and_every_figure_too() -> None:
    rows = table(160)
    assert rows[4] == (
        " ● worker-1        fresh          1m ▕▏   ▏   100% 0 out (12)         12%  310 MiB"
        "         Writing analysis section. 800/2000 words done."
    )
    assert rows[5] == (
        " ▲ worker-2        investigate   32m ▕██▉ ▏        ~2 out              0%  180 MiB"
        "         silent 32m, kill in 13m: Drafting section 3."
    )
    assert rows[6] == (
        " ↻ worker-3        looping        3m            0%                    12%  310 MiB"
        "         its last 6 updates say the same: Still browsing."
    )
    assert " ▕▏   ▏                   4/4     12%  310 MiB " in rows[2]


def test_ascii_rows_are_ascii() -> None:
    assert all(line.isascii() for width in (45, 75, 160) for line in table(width, ASCII))


@pytest.mark.parametrize("width", [0, 1, 2, 5, 12, 19, 20, 33, 34, 49, 50, 79, 80, 109, 110, 160, 300])
def test_a_row_takes_exactly_its_width(width: int) -> None:
    for state, view in every_state().items():
        verdict = replace(FRESH, state=state)
        for place in (RowState(), RowState("│ " * 30 + "├ ", marked=True, folded=12), RowState(label="a/" * 60 + "b")):
            assert cells_width(row(view, verdict, NOW, columns_for(width, 40), place)) == width


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_row_keeps_its_width_and_holds_no_control(text: str) -> None:
    view = replace(
        a_view("scout-01", text),
        name=text,
        problems=(Problem(ProblemCode.INJECTION, text),),
    )
    for width in (45, 75, 160):
        cells = row(view, FRESH, NOW, columns_for(width), RowState(label=text))
        line = "".join(cell.text for cell in cells)
        assert not forbidden(line)
        assert cells_width(cells) == width


def test_every_state_is_told_by_mark_word_and_role() -> None:
    snapshot = a_snapshot(*(view for view in every_state().values() if view.id != "genesis-01"))
    found = verdicts(snapshot, POLICY, NOW)
    words = set()
    for view in snapshot.agents:
        line = text_of(row(view, found[view.id], NOW, columns_for(160), RowState()))
        words.add(found[view.id].state)
        assert found[view.id].state.value in line
    assert words == set(Health)
    assert set(STATE_ROLES) == set(Health)


def test_whoever_is_well_shows_what_it_is_and_whoever_is_not_shows_its_state() -> None:
    meta = replace(a_view("idea", slots=4), budget=4)
    late = replace(FRESH, state=Health.LATE)
    assert state_mark(meta, FRESH).text == "◆"
    assert state_mark(meta, late).text == "◐"
    assert state_mark(a_root(), replace(FRESH, state=Health.IDLE), root=True).text == "♔"
    assert state_mark(a_root(), late, root=True).text == "◐"
    assert state_mark(replace(meta, ghost=True), FRESH).text == "◌"


@pytest.mark.parametrize("width", [45, 75, 160])
def test_before_the_first_look_is_over_a_row_says_that_it_is_looked_at_and_what_the_agent_said_last(width: int) -> None:
    view = big_example().agents[-1]
    cells = row(view, NO_VERDICT, NOW, columns_for(width, 20))
    assert "looking" in text_of(cells)
    assert "unknown" not in text_of(cells)
    assert not {"warning", "danger"} & {cell.role for cell in cells[:4]}
    assert NO_VERDICT.why not in text_of(cells)


def test_the_bar_fills_towards_the_kill_limit() -> None:
    assert bar_level(FRESH) == pytest.approx(60 / 2700)
    assert bar_level(replace(FRESH, kill_due=True, kill_in=0.0)) == 1.0
    assert bar_level(replace(FRESH, kill_in=None)) is None
    assert bar_level(replace(FRESH, state=Health.PAUSED)) is None
    assert [bar(level, 6) for level in (0.0, 0.001, 0.5, 1.0)] == ["▕    ▏", "▕▏   ▏", "▕██  ▏", "▕████▏"]
    assert bar(1.0, 2) == ""


@given(st.floats(0, 1), st.floats(0, 1), st.integers(3, 20))
def test_a_longer_silence_never_has_a_shorter_bar(one: float, other: float, width: int) -> None:
    low, high = sorted((one, other))
    filled = [sum(UNICODE.blocks.index(sign) for sign in bar(level, width)[1:-1]) for level in (low, high)]
    assert filled[0] <= filled[1]
    assert wcswidth(bar(low, width)) == width


def test_the_agents_own_count_stands_beside_the_engines_where_they_differ() -> None:
    spec = a_spec("worker-1", outputs=("out/*",))
    view = replace(a_view("worker-1", "x", outputs=(12,)), spec=spec)
    counted = replace(view, observed=Observed(outputs=12))
    assert outputs_text(counted) == "12 out"
    assert outputs_text(replace(view, observed=Observed(outputs=3))) == "3 out (12)"
    assert outputs_text(replace(view, observed=Observed(outputs=3)), 6) == "3 out"
    assert outputs_text(a_view("worker-1", "x", outputs=(12,))) == "~12 out"
    assert outputs_text(a_view("worker-1", "x")) == ""


def test_the_slot_meter_stands_on_whoever_spawns() -> None:
    meta = replace(a_view("idea"), budget=4, used=3)
    assert slots_text(meta) == "slots 3/4"
    assert slots_text(meta, 6) == "3/4"
    assert slots_text(a_view("worker-1")) == ""
    assert slots_text(replace(a_view("scout"), children=1, used=2)) == "slots 2/1"
    over = row(replace(meta, used=5), FRESH, NOW, columns_for(75, 16), RowState())
    assert next(cell.role for cell in over if cell.text.startswith("5/4")) == "danger"


def test_a_retrying_agent_says_how_often() -> None:
    view = every_state()[Health.RETRYING]
    assert state_word(view, replace(FRESH, state=Health.RETRYING)) == "retrying ×3"


def test_read_results_are_done_and_unread_ones_say_so() -> None:
    done = every_state()[Health.DONE]
    verdict = Verdict(Health.DONE, "results.json is valid")
    assert age_text(done, verdict, NOW).startswith("unread ")
    assert done.record is not None
    read = replace(done, record=replace(done.record, read_at=NOW.wall))
    assert age_text(read, verdict, NOW).startswith("done ")


def test_deep_guides_leave_room_for_the_name() -> None:
    place = RowState(guides="│ " * 20 + "└ ")
    columns = columns_for(45)
    line = text_of(row(a_view("worker-1"), FRESH, NOW, columns, place))
    assert "● worker-1" in line
    assert line[mark_column(place, columns)] == "●"


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        (FRESH, "updated 1m ago; late in 14:00, kill in 44:00"),
        (
            Verdict(Health.INVESTIGATE, "silent 42m, limit 45m", Health.OVERDUE, 130.0, age=2520.0, kill_in=130.0),
            "silent 42m, limit 45m; kill in 02:10",
        ),
        (Verdict(Health.OVERDUE, "silent 46m", kill_due=True, kill_in=0.0), "silent 46m; killed by the next heartbeat"),
        (Verdict(Health.LATE, "silent 16m", Health.INVESTIGATE, 60.0, age=960.0), "silent 16m; investigate in 01:00"),
        (Verdict(Health.QUEUED, "waiting for a slot"), "waiting for a slot"),
        (Verdict(Health.IDLE, ""), "idle"),
    ],
)
def test_a_verdict_says_why_first_then_what_comes_and_in_how_long(verdict: Verdict, line: str) -> None:
    assert text_of(verdict_cells(verdict)) == line


def test_what_is_held_says_why() -> None:
    view = a_view("improvement-01", age=33 * MINUTE, spawned_ago=HOUR, held_until=HEARTBEAT_N + 2, held_why="an audit")
    line = text_of(row(view, replace(FRESH, state=Health.HELD), NOW, columns_for(75), RowState()))
    assert "held: an audit" in line


def test_a_folded_row_counts_what_it_hides() -> None:
    line = row(a_view("idea"), FRESH, NOW, columns_for(75), RowState(folded=3))
    assert "idea ▸3 " in text_of(line)
    line = row(
        a_view("idea"), FRESH, NOW, columns_for(75), RowState(folded=3, folded_needs=1, folded_worst=Severity.DANGER)
    )
    assert "idea ▸3 ✖1 " in text_of(line)
    assert (" ✖1", "danger") in line


def test_a_path_that_must_be_cut_loses_its_middle() -> None:
    place = RowState(label=full_id("idea-with-a-very-long-name/worker-with-a-long-name"))
    assert " genesis-01/idea…ith-a-long-name " in text_of(row(a_view("w"), FRESH, NOW, columns_for(45), place))


def test_an_ended_spawner_shows_no_slots_and_a_leaving_one_is_said_to_be() -> None:
    over = a_view("idea", phase=Phase.ENDED, ending=Ending.DONE, slots=3, used=0, children=2)
    assert slots_text(over) == ""
    assert slots_text(a_view("idea", slots=3, used=1)) == "slots 1/3"
    leaving = a_view("w", phase=Phase.STOPPING, why="not needed")
    verdict = Verdict(Health.FRESH, "updated 1m ago", age=60.0, kill_in=600.0)
    assert state_word(leaving, verdict) == "ending"
    assert age_text(leaving, verdict, NOW) == "ending"
    assert "".join(cell.text for cell in sentence_cells(leaving, verdict)) == "is being ended: not needed"


def test_a_sub_agent_says_what_it_is_for() -> None:
    inner = a_view("w/~toolu_01", record=None, ghost=True, name="Read the docs", description="Read the docs")
    verdict = Verdict(Health.FRESH, "", age=60.0)
    assert state_word(inner, verdict) == "sub-agent"
    assert "".join(cell.text for cell in sentence_cells(inner, verdict)) == "Read the docs"


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        (
            ActivityState(open_tools=(OpenTool("t", "Bash", "make test", 0.0),), last_text="Now I test."),
            "Bash: make test",
        ),
        (ActivityState(last_text="Now I test."), "Now I test."),
        (ActivityState(), "nothing written yet"),
    ],
)
def test_who_has_written_nothing_is_told_of_by_its_program(activity: ActivityState, said: str) -> None:
    view = a_view("new", age=None, activity=activity)
    verdict = Verdict(Health.STARTING, "spawned 1m ago")
    assert "".join(cell.text for cell in sentence_cells(view, verdict)) == said


def test_where_there_is_no_column_a_row_says_of_whom_it_is_in_doubt() -> None:
    doubted = replace(FRESH, usefulness=Usefulness(40, "4 of its last 5 updates say the same"))
    said = {
        (width, score): "".join(
            cell.text
            for cell in row(
                every_state()[Health.FRESH],
                replace(doubted, usefulness=Usefulness(score, "")),
                NOW,
                columns_for(width, 20),
            )
        )
        for width in (75, 160)
        for score in (40, 90)
    }
    assert [key for key, text in said.items() if "useful" in text] == [(75, 40)]
    assert " 40% " in said[160, 40]


def test_a_role_that_changed_is_said_in_the_detail_and_hides_no_problem_of_one_agent() -> None:
    outdated = Problem(ProblemCode.ROLE_OUTDATED, "its role was changed after its spawn")
    tagged = Problem(ProblemCode.INJECTION, "it gives orders")
    view = a_view("w", problems=(outdated, tagged))
    assert sentence_cells(view, Verdict(Health.FRESH, "1s"))[0].text == "!injection "
