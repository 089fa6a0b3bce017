"""The strip at the bottom follows the row: what helps there first, only what is possible, and what matters at 80."""

from typing import Any

import pytest

from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Alert, Ending, Phase
from swarm.model.snapshot import Access, AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.attention import attention
from swarm.rules.verdicts import verdicts
from swarm_tui.app.actions import ACTS, BY_NAME
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.capabilities import Where
from swarm_tui.app.strip import strip_hints
from tests.support.canned import CannedSwarm
from tests.support.swarms import (
    NOW,
    POLICY,
    a_root,
    a_snapshot,
    a_spec,
    a_view,
    big_example,
    every_state,
    full_id,
    results,
    some_beats,
)
from tests.support.widget_app import screen_lines
from widgets.heartbeat_strip import strip_cells


def where_on(view: AgentView, snapshot: Snapshot | None = None, **fields: Any) -> Where:
    snapshot = snapshot or a_snapshot(a_root(), view)
    judged = verdicts(snapshot, POLICY, NOW)
    return Where(
        snapshot, Access.WRITABLE, "", view, judged[view.id], policy=POLICY, no_undo="nothing was done", **fields
    )


def drawn(where: Where, width: int = 80) -> str:
    needs = attention(where.snapshot, verdicts(where.snapshot, POLICY, NOW)).count
    lead, hints = strip_hints(where, ACTS, needs=needs)
    cells, spans = strip_cells(some_beats(), hints, width, lead=lead)
    text = "".join(cell.text for cell in cells)
    assert all(text[start:end].strip() in {f"{key} {word}" for key, word, _ in hints} for start, end, _ in spans)
    return text.partition("─")[2].strip()


ENDED: dict[str, Any] = {"phase": Phase.ENDED, "spec": a_spec("w")}


@pytest.mark.parametrize(
    ("view", "begins"),
    [
        (a_view("w", age=35 * 60), "x stop  m message  H hold  P pause  "),
        (every_state()[Health.LOOPING], "x stop  m message  "),
        (a_view("w", results=results()), "c read  4 results  "),
        (a_view("w", ending=Ending.LOST, **ENDED), "r again  2 output  "),
        (a_view("w", results=results(acceptance=(("it runs", False),)), ending=Ending.DONE, **ENDED), "4 results"),
        (a_view("w", paused=NOW.awake - 60), "P resume  x stop  "),
        (a_view("w", held_until=140), "H let go  x stop  "),
        (a_view("w"), "m message  a attach  x stop  "),
    ],
    ids=["silent", "looping", "unread", "ended", "checked", "paused", "held", "well"],
)
def test_the_row_says_which_acts_come_first(view: AgentView, begins: str) -> None:
    where = where_on(view)
    if begins == "4 results":
        begins = "Y accept  F reject  4 results  " if where.verdict and where.verdict.state == "disputed" else "c read"
    line = drawn(where)
    assert line.startswith(begins), line
    assert line.endswith("? help")


def test_only_what_is_possible_is_offered_on_any_row_and_the_help_always() -> None:
    for view in every_state().values():
        where = where_on(view)
        for _, _, name in strip_hints(where, ACTS)[1]:
            assert not BY_NAME[name].disabled_reason(where)
        for width in (45, 60, 80, 160):
            assert "? help" in drawn(where, width)
        viewed = replace(where, access=Access.READ_ONLY)
        assert not any(BY_NAME[name].writes for _, _, name in strip_hints(viewed, ACTS)[1])


def test_an_open_alert_a_full_swarm_and_marks_change_what_is_offered() -> None:
    silent, other = a_view("w", age=35 * 60), a_view("v")
    alert = Alert(silent.id, AlertCause.INVESTIGATE, "silent", silent.spawn_id)
    assert drawn(where_on(silent, a_snapshot(a_root(), silent, alerts=(alert,)))).startswith(
        "x stop  m message  A acknowledge  "
    )
    full = a_snapshot(a_root(), silent)
    full = replace(full, slots=replace(full.slots, free=0))
    assert "n swap" in drawn(where_on(silent, full), 120)
    assert "n spawn" in drawn(where_on(silent), 120)
    marked = where_on(silent, a_snapshot(a_root(), silent, other), marked=(silent, other))
    assert drawn(marked).startswith("2 marked: x stop  P pause  ")


async def test_the_strip_follows_cursor_marks_and_focus_and_is_not_drawn_again_for_nothing() -> None:
    swarm = CannedSwarm(big_example())
    app = SwarmApp(swarm, beats=False)
    app.owns_heartbeat = True
    async with app.run_test(size=(80, 24)) as pilot:

        def strip() -> str:
            return screen_lines(app)[-1].partition("─")[2].strip()

        await pilot.pause()
        for agent, begins in (
            ("idea-alpha/worker-3", "x stop  m message"),
            ("idea-beta/worker-9", "c read  4 results"),
            ("migrate-01", "2 output  n swap  w next"),
            ("idea-gamma", "n swap"),
            ("scout-01/helper-2", "i dismiss"),
        ):
            app.room.go_to(full_id(agent))
            await pilot.pause()
            assert strip().startswith(begins), (agent, strip())
            assert strip().endswith("? help")
        app.room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("v", "v", "v")
        await pilot.pause()
        assert strip().startswith("3 marked: x stop  ")
        await pilot.press("escape", "exclamation_mark")
        await pilot.pause()
        assert strip().startswith("A acknowledge  enter its agent")
        await pilot.press("escape", "slash")
        await pilot.pause()
        assert strip() == "typing: esc leave"
        await pilot.press("escape")
        await pilot.pause()
        drawn_again: list[object] = []
        app.room._strip.refresh = lambda *args, **_: drawn_again.append(args)  # type: ignore[method-assign,assignment]  # counts what would be drawn
        app.room.tick()
        app.room.tick()
        assert drawn_again == []
