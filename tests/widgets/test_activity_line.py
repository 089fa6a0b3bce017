"""What the detail says of a running program: what it is doing, what it has used up."""

from typing import Any

import pytest

from swarm.model.activity import ActivityState, OpenTool, SubAgent, Tokens, TurnEnd
from swarm.model.values import replace
from swarm.rules.costs import Spending
from tests.support.hostile import HOSTILE, forbidden
from tests.support.swarms import MINUTE, NOW, a_view
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.cells import Cells, cells_width
from widgets.charset import ASCII
from widgets.detail_head import ActivityLine, activity_lines, doing_cells, used_cells

BASH = OpenTool("t1", "Bash", "make test", NOW.wall - 4 * MINUTE)


def text(cells: Cells) -> str:
    return "".join(cell.text for cell in cells).rstrip()


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        (ActivityState(open_tools=(BASH,), in_turn=True), "in Bash 4m: make test"),
        (ActivityState(open_tools=(BASH, replace(BASH, key="t2"))), "in Bash 4m: make test  +1"),
        (ActivityState(open_tools=(replace(BASH, parent="t0"),), in_turn=True), "waiting for the model"),
        (ActivityState(in_turn=True, last_at=NOW.wall - 40), "waiting for the model 40s"),
        (
            ActivityState(retrying="529 overloaded", retries=3, retries_limit=10, in_turn=True),
            "retrying 3/10: 529 overloaded",
        ),
        (ActivityState(turn_end=TurnEnd(ok=True)), "✔ its turn has ended"),
        (ActivityState(turn_end=TurnEnd(ok=False, why="no money left")), "✖ its turn failed: no money left"),
        (ActivityState(), ""),
    ],
)
def test_it_says_what_the_program_is_doing(activity: ActivityState, words: str) -> None:
    assert text(doing_cells(a_view(activity=activity), NOW)) == words


def test_what_the_verdict_says_is_not_said_again() -> None:
    busy = a_view(activity=ActivityState(open_tools=(BASH,), denials=1))
    assert text(doing_cells(busy, NOW, why="updated 1m ago; in Bash for 4m: make test")) == "✖ 1 denied"
    refused = a_view(activity=ActivityState(retrying="529 overloaded", retries=3))
    assert text(doing_cells(refused, NOW, why="its program says: 529 overloaded")) == ""
    assert text(doing_cells(refused, NOW, why="updated 1m ago")) == "retrying 3: 529 overloaded"


def test_sub_agents_and_refusals_are_counted() -> None:
    activity = ActivityState(open_tools=(BASH,), subagents=(SubAgent("a", "one"), SubAgent("b", "two")), denials=3)
    assert text(doing_cells(a_view(activity=activity), NOW)).endswith("2 sub-agents  ✖ 3 denied")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"tokens": Tokens(1000, 2000), "cost_usd": 1.24}, "opus  3.0k tok  $1.24  context 42%"),
        ({"tokens": Tokens(1000, 2000)}, "opus  3.0k tok  $?  context 42%"),
        ({}, "opus  context 42%"),
    ],
)
def test_it_says_what_was_used_up_and_what_is_unknown(fields: dict[str, Any], words: str) -> None:
    activity = ActivityState(model="opus", context=84_000, context_limit=200_000)
    assert text(used_cells(a_view(activity=activity, **fields))) == words


def test_its_session_is_named_in_short() -> None:
    view = a_view(activity=ActivityState(session="5f0c2a6e-7d31-4b58-9c11-0d2f8f5e4a77", model="opus"))
    assert text(used_cells(view)) == "opus  session 5f0c2a6e"


def test_whoever_has_others_below_says_what_all_of_them_used() -> None:
    view = a_view(tokens=Tokens(1000, 2000), cost_usd=1.0, children=2)
    below = Spending(3000, 1.0, 9000, 4.5, unpriced=1)
    assert text(used_cells(view, below)) == "3.0k tok  $1.00  with all below it 9.0k tok $4.50+?"
    assert "below" not in text(used_cells(replace(view, children=0), below))


def test_a_model_that_was_not_ordered_and_a_full_context_are_warned_of() -> None:
    activity = ActivityState(model="haiku", ordered_model="opus", context=190_000, context_limit=200_000)
    assert [cell.role for cell in used_cells(a_view(activity=activity))] == ["warning", "warning"]
    same = replace(activity, model="claude-opus-4-8[1m]", context=1)
    assert [cell.role for cell in used_cells(a_view(activity=same))] == ["strong", "muted"]


@pytest.mark.parametrize("width", [10, 30, 60, 120])
def test_both_share_a_line_where_there_is_room(width: int) -> None:
    activity = ActivityState(open_tools=(BASH,), model="opus")
    view = a_view(activity=activity, tokens=Tokens(1, 2))
    used, doing = used_cells(view), doing_cells(view, NOW)
    lines = activity_lines(used, doing, width)
    assert len(lines) == (1 if width >= 60 else 2)
    assert len(lines) == 2 or cells_width(lines[0]) == width
    assert activity_lines((), (), width) == ()


def test_it_can_be_drawn_without_unicode() -> None:
    activity = ActivityState(turn_end=TurnEnd(ok=False, why="x"), subagents=(SubAgent("a", "one"),), denials=1)
    assert text(doing_cells(a_view(activity=activity), NOW, ASCII)).isascii()


async def test_it_takes_no_line_of_an_agent_whose_program_does_not_tell() -> None:
    line = ActivityLine()
    app = WidgetApp(line)
    async with app.run_test(size=(60, 5)) as pilot:
        line.show(a_view(), NOW)
        await pilot.pause()
        assert line.size.height == 0
        for hostile in HOSTILE.values():
            line.show(a_view(activity=ActivityState(open_tools=(replace(BASH, text=hostile, tool=hostile),))), NOW)
            await pilot.pause()
            assert line.size.height == 1
            assert not forbidden("".join(screen_lines(app)))
