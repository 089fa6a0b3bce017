"""The lines at the top and the bottom: status, slots, heartbeats, banner, meter."""

from typing import Any

import pytest

from swarm.model.beat import ActionKind, Beat, Performed
from swarm.model.causes import ProblemCode, Severity
from swarm.model.heart import Heart, HeartState
from swarm.model.record import Holder
from swarm.model.snapshot import Access, Problem, Pulse, Slots, Watching
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.attention import attention
from swarm.rules.heart import heart
from swarm.rules.results.outcomes import pass_rate
from swarm.rules.verdicts import verdicts
from tests.support.swarms import NOW, POLICY, an_identity, big_example, some_beats
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.banner import ACCESS_TITLES, Banner, banner_lines
from widgets.cells import Cell, Cells, cells_width
from widgets.charset import ASCII
from widgets.heartbeat_strip import HeartbeatStrip, spark_cells, strip_cells
from widgets.slot_board import SlotBoard, board_cells, groups_of, meter_cells
from widgets.status_line import StatusData, StatusLine, status_cells, status_of
from widgets.tally import Tally

BOARD = Slots(
    12,
    2,
    7,
    6,
    3,
    cells=(
        *((("genesis-01/scout", "scout", True),) * 2),
        ("genesis-01/improve", "improvement", True),
        *((("genesis-01/idea-a", "idea-meta", True),) * 3),
        ("genesis-01/idea-a", "idea-meta", False),
    ),
)
BY_HAND = Heart(HeartState.BY_HAND)
HINTS = (("b", "plan", "plan"), ("B", "beat", "beat"), ("n", "spawn", "spawn"), ("?", "help", "help"))
FULL = StatusData(
    "my-swarm",
    131,
    432.0,
    running=9,
    needs=2,
    severity=Severity.DANGER,
    cost_per_hour=3.1,
    cpu_percent=41.0,
    rss_bytes=int(4.2 * 2**30),
)


def text(cells: Cells) -> str:
    return "".join(cell.text for cell in cells).rstrip()


# -- status ------------------------------------------------------------------------------------------------------


def test_the_status_line_reads_as_designed() -> None:
    line = text(status_cells(FULL, 103))
    assert line.startswith(" my-swarm  ♥ 131  next in 07:12  ● running 9  ✖ 2 need you  ")
    assert line.endswith("$3.10/h  cpu 41%  4.2 GiB")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cost_per_hour": 3.1}, "$3.10/h"),
        ({"cost_per_hour": 3.1, "unpriced": 2}, "$3.10+?/h"),
        ({"cost_per_hour": 0.0, "unpriced": 2}, "$?/h"),
        ({"cost_per_hour": None, "cost_usd": 0.42}, "$0.42"),
        ({"cost_per_hour": None, "cost_usd": 0.0, "unpriced": 1}, "$?"),
        ({"cost_per_hour": 0.004}, "$0.004/h"),
    ],
)
def test_money_is_told_as_far_as_it_is_known(fields: dict[str, Any], words: str) -> None:
    line = text(status_cells(replace(FULL, **fields), 120))
    assert f"  {words}  cpu" in line


@pytest.mark.parametrize("width", [1, 10, 20, 30, 45, 60, 75, 103, 160])
def test_the_status_line_takes_its_width_and_keeps_what_is_wrong_longest(width: int) -> None:
    for data in (FULL, replace(FULL, owner="run on host-a 4211", polling="inotify is used up", trouble="disk full")):
        cells = status_cells(data, width)
        assert cells_width(cells) == width
        if width >= 45:
            assert "✖ 2 need you" in text(cells)


def test_what_matters_least_goes_first() -> None:
    assert "$3.10/h" not in text(status_cells(FULL, 75))
    assert "cpu 41%" in text(status_cells(FULL, 75))
    assert "in 07:12" in text(status_cells(FULL, 60))


def test_what_is_unknown_is_not_shown() -> None:
    line = text(status_cells(StatusData("my-swarm", 0), 100))
    assert line == " my-swarm  ♥ 0  beat by hand  ● running 0  ✔ nobody needs you"


def test_the_pulse_says_what_is_wrong_with_the_picture_itself() -> None:
    data = replace(FULL, snapshot_age=42.0, polling="inotify limit", owner="run, host-a 77", trouble="disk full")
    line = text(status_cells(data, 200))
    assert "snapshot 42s old" in line
    assert "polling: inotify limit" in line
    assert "beat: run, host-a 77" in line
    assert "disk full" in line
    assert "old" not in text(status_cells(replace(FULL, snapshot_age=3.0), 200))


def test_a_stopped_heart_takes_the_place_of_the_next_heartbeat_at_every_width() -> None:
    stopped = replace(FULL, next_in=None, stopped=2040.0)
    assert text(status_cells(stopped, 120)).startswith(" my-swarm  ♥ 131  HEART STOPPED 34m  ● running 9")
    assert "STOPPED 34m" in text(status_cells(stopped, 45))
    assert "next" not in text(status_cells(stopped, 120))


def test_a_running_heartbeat_is_named() -> None:
    assert "beating: control room" in text(status_cells(replace(FULL, beating="control room"), 120))


def test_status_counts_come_from_the_verdicts() -> None:
    snapshot = replace(
        big_example(),
        heartbeat_running=Holder("run", an_identity(), NOW.wall),
        pulse=Pulse(Access.FULL, "no space", Watching.SCAN, "inotify limit", scanned_at=NOW.wall - 30),
    )
    data = status_of(snapshot, verdicts(snapshot, POLICY, NOW), NOW, heart=heart(snapshot, POLICY, NOW))
    assert data.name == "my-swarm"
    assert (data.running, data.needs, data.severity) == (12, 9, Severity.DANGER)
    assert data.beating == "run"
    assert data.trouble == "disk full"
    assert data.polling == "inotify limit"
    assert data.snapshot_age == 30.0
    assert data.cpu_percent == 50.0
    assert status_of(replace(snapshot, agents=snapshot.agents[:1]), {}, NOW, heart=BY_HAND).cpu_percent is None


def test_a_tally_counts_like_a_fresh_look_whatever_changed() -> None:
    tally = Tally()
    snapshot = big_example()
    for minutes in (0, 0, 20, 40, 5):
        later = Now(NOW.wall + minutes * 60, NOW.awake + minutes * 60)
        found = verdicts(snapshot, POLICY, later)
        tally.count(snapshot, found)
        fresh = Tally()
        fresh.count(snapshot, found)
        assert (tally.running, tally.attention) == (fresh.running, attention(snapshot, found))
        before = tally.attention
        tally.count(snapshot, found)
        assert tally.attention is before, "what did not change is not told anew"
        snapshot = replace(snapshot, agents=snapshot.agents[:-1], alerts=snapshot.alerts[1:])


async def test_the_status_line_draws_what_it_is_given() -> None:
    line = StatusLine()
    app = WidgetApp(line)
    async with app.run_test(size=(103, 3), notifications=True) as pilot:
        line.data = FULL
        await pilot.pause()
        assert "● running 9" in screen_lines(app)[0]


# -- slots -------------------------------------------------------------------------------------------------------


def test_the_board_has_a_cell_a_slot() -> None:
    line, spans = board_cells(BOARD, 110)
    assert text(line).startswith(" slots ■■ scout ■ improve ■■■□ idea-a ··· ░░ reserve   ")
    assert text(line).endswith("   7/12 committed  6 used  3 free")
    assert [text(line)[start:end].strip() for start, end, _ in spans] == ["■■ scout", "■ improve", "■■■□ idea-a"]
    roles = {cell.role for cell in line if "■" in cell.text}
    assert roles == {"role-scout", "role-improvement", "role-idea-meta"}


@pytest.mark.parametrize("width", [1, 20, 34, 40, 50, 60, 80, 110, 200])
def test_the_board_takes_its_width(width: int) -> None:
    for charset_slots in (BOARD, replace(BOARD, max=1000, committed=900, free=98), big_example().slots):
        cells, spans = board_cells(charset_slots, width)
        assert width <= 34 or cells_width(cells) == width
        assert all(end <= width for _, end, _ in spans)


def crowded(names: tuple[str, ...]) -> Slots:
    cells = (
        tuple((f"genesis-01/{name}", "worker", True) for name in names)
        + (("genesis-01/a-meta", "idea-meta", True),) * 3
    )
    return Slots(len(cells) + 4, 2, len(cells), len(cells), 2, cells=cells)


def test_names_on_the_board_are_whole_or_not_there() -> None:
    names = ("idea-alpha", "idea-beta", "idea-gamma", "long-build", "courier", "page-reader", "test-runner")
    for width in range(40, 200):
        line = text(board_cells(crowded(names), width)[0])
        assert all(word in (*names, "a-meta") for word in line.split() if "-" in word), line
    assert "idea-gamma" in text(board_cells(crowded(names), 140)[0])


def test_the_largest_groups_keep_their_names_longest() -> None:
    line = text(board_cells(crowded(("one-worker", "another-worker", "a-third-worker")), 60)[0])
    assert "■■■ a-meta" in line
    assert "another-worker" not in line


def test_long_names_that_begin_alike_are_told_apart_by_their_ends() -> None:
    line = text(board_cells(crowded(("a-very-long-name-of-one-agent-1", "a-very-long-name-of-one-agent-2")), 160)[0])
    assert "a-very-lo…ne-agent-1" in line
    assert "a-very-lo…ne-agent-2" in line


def test_a_board_without_room_for_signs_says_figures() -> None:
    cells, _ = board_cells(replace(BOARD, max=1000, reserve=0, free=993), 80)
    assert text(cells).startswith(" slots scout 2/2  improve 1/1  idea-a 3/4")


def test_what_is_over_the_budget_is_said() -> None:
    over = replace(BOARD, max=6, committed=7, free=0)
    line = text(board_cells(over, 120)[0])
    assert line.endswith("7/6 committed  6 used  0 free  over by 1")
    assert "░" not in line


def test_a_reserve_that_is_used_is_no_longer_hatched() -> None:
    assert "░░" in text(board_cells(replace(BOARD, committed=10, free=0), 120)[0])
    assert "░ " in text(board_cells(replace(BOARD, committed=11, free=0), 120)[0])
    assert "░" not in text(board_cells(replace(BOARD, committed=12, free=0), 120)[0])


def test_groups_are_the_top_level_agents() -> None:
    assert [(group.agent[11:], group.used, group.committed) for group in groups_of(BOARD)] == [
        ("scout", 2, 2),
        ("improve", 1, 1),
        ("idea-a", 3, 4),
    ]


async def test_a_click_on_slots_wants_their_agent() -> None:
    board = SlotBoard()
    app = WidgetApp(board)
    async with app.run_test(size=(110, 3), notifications=True) as pilot:
        await pilot.click(board, offset=(8, 0))
        board.slots = BOARD
        await pilot.pause()
        await pilot.click(board, offset=(8, 0))
        await pilot.click(board, offset=(30, 0))
        await pilot.click(board, offset=(70, 0))
        picked = [message.agent_id for message in app.heard if isinstance(message, SlotBoard.Picked)]
        assert picked == ["genesis-01/scout", "genesis-01/idea-a"]


@pytest.mark.parametrize(
    ("used", "budget", "width", "line"),
    [
        (3, 4, 40, "■■■□ 3/4"),
        (0, 1, 40, "□ 0/1"),
        (5, 4, 40, "■■■■▣ 5/4 over by 1"),
        (90, 100, 40, "slots 90/100"),
    ],
)
def test_the_meter_of_an_agent(used: int, budget: int, width: int, line: str) -> None:
    assert text(meter_cells(used, budget, width=width)) == line


# -- heartbeats --------------------------------------------------------------------------------------------------


def beat(n: int, actions: int = 0, *, passed: bool = True, gap: str = "") -> Beat:
    acts = (Performed("a", action=ActionKind.KILL),) * actions
    return Beat(n, "2026-02-28T09:00:00+00:00", "run", 5, {}, {}, acts, passed=passed, gap=gap)


def test_a_heartbeat_stands_as_high_as_it_had_to_do_and_a_failed_one_is_a_cross() -> None:
    cells = spark_cells((beat(1), beat(2, 2), beat(3, 4), beat(4, 1, passed=False), beat(5, 0, gap="slept 8h")), 10)
    assert "".join(cell.text for cell in cells) == "▁▅█✖▁"
    assert [cell.role for cell in cells] == ["good", "good", "good", "danger", "notice"]
    assert "".join(cell.text for cell in spark_cells((beat(1), beat(2, 2)), 1)) == "█"
    assert spark_cells((), 10) == ()


def test_failure_9_the_pass_rate_counts_outcomes_and_says_where_none_was_checked() -> None:
    assert pass_rate(()) is None
    assert pass_rate((beat(1), beat(2, passed=False))) is None
    counted = replace(beat(3), acceptance={"passed": 2, "failed": 1})
    assert pass_rate((beat(1), counted, beat(2, passed=False))) == 67
    assert pass_rate(some_beats()) == 83
    assert "none checked" in "".join(cell.text for cell in strip_cells((beat(1),), (), 80)[0])


def test_the_strip_shows_sparkline_rate_and_hints() -> None:
    cells, spans = strip_cells(some_beats(), HINTS, 100)
    line = text(cells)
    assert line.startswith(" heartbeats ")
    assert "% passed ─ b plan  B beat  n spawn  ? help" in line
    assert [line[start:end].strip() for start, end, _ in spans] == ["b plan", "B beat", "n spawn", "? help"]


@pytest.mark.parametrize("width", [1, 10, 30, 59, 60, 80, 120, 200])
def test_the_strip_takes_its_width_and_drops_hints_that_do_not_fit(width: int) -> None:
    cells, spans = strip_cells(some_beats(), HINTS * 4, width)
    assert cells_width(cells) == width
    assert all(end <= width for _, end, _ in spans)


@pytest.mark.parametrize(
    ("width", "kept"), [(75, {"plan", "beat", "spawn", "help"}), (45, {"plan", "help"}), (30, {"help"})]
)
def test_the_help_is_the_last_hint_to_go(width: int, kept: set[str]) -> None:
    cells, spans = strip_cells(some_beats(), HINTS, width)
    assert {action for _, _, action in spans} >= kept
    assert text(cells)[spans[-1][0] : spans[-1][1]].strip() == "? help"


def test_the_strip_is_ascii_where_it_must_be() -> None:
    assert text(strip_cells(some_beats(), HINTS, 100, ASCII)[0]).isascii()


async def test_a_click_on_a_hint_wants_its_action_and_on_the_sparkline_the_timeline() -> None:
    strip = HeartbeatStrip()
    app = WidgetApp(strip)
    async with app.run_test(size=(100, 3), notifications=True) as pilot:
        strip.beats = some_beats()
        strip.hints = HINTS
        await pilot.pause()
        at = screen_lines(app)[0].index("B beat")
        await pilot.click(strip, offset=(at, 0))
        await pilot.click(strip, offset=(15, 0))
        assert [message.action for message in app.heard if isinstance(message, HeartbeatStrip.HintPressed)] == ["beat"]
        assert len([message for message in app.heard if isinstance(message, HeartbeatStrip.BeatsPressed)]) == 1


# -- banner ------------------------------------------------------------------------------------------------------


async def test_the_banner_hides_while_the_home_can_be_written_and_says_why_else() -> None:
    banner = Banner()
    app = WidgetApp(banner)
    async with app.run_test(size=(120, 3), notifications=True) as pilot:
        for access in Access:
            banner.update_access(access, "because of [/red] that")
            await pilot.pause()
            assert banner.display is (access is not Access.WRITABLE)
            if banner.display:
                assert ACCESS_TITLES[access] in screen_lines(app)[0]
                assert "because of [/red] that" in screen_lines(app)[0]


async def test_the_banner_says_what_is_wrong_with_the_whole_swarm_though_it_can_be_written() -> None:
    banner = Banner()
    app = WidgetApp(banner)
    async with app.run_test(size=(100, 6), notifications=True) as pilot:
        gone = Problem(ProblemCode.DIRECTORY_MISSING, "the agents cannot be seen: swarm/agents is not there")
        other = Problem(ProblemCode.TWIN, "two names that differ in case")
        banner.update_access(Access.WRITABLE, "", (("", gone), ("a/b", other)))
        await pilot.pause()
        assert screen_lines(app)[0] == f" ▲ {gone.text} (and 1 more: swarm-tui doctor)"
        banner.update_access(Access.WRITABLE, "", (("a/b", other),))
        await pilot.pause()
        assert screen_lines(app)[0] == f" ▲ a/b: {other.text}"
        banner.update_access(Access.WRITABLE)
        await pilot.pause()
        assert not banner.display


@pytest.mark.parametrize("width", [20, 45, 75, 160])
def test_a_long_reason_is_wrapped_and_takes_three_lines_at_most(width: int) -> None:
    lines = banner_lines(Access.READ_ONLY, "there is no permission to write " + "x" * 40 + " y" * 100, (), width)
    assert 1 < len(lines) <= 3
    assert all(cells_width((Cell(line),)) <= width for line in lines)
    assert "".join(lines).startswith(" ▲ This home cannot")


def test_every_reason_has_a_sentence() -> None:
    assert set(ACCESS_TITLES) == set(Access)
    assert all(title for access, title in ACCESS_TITLES.items() if access is not Access.WRITABLE)


def test_a_clock_that_went_back_makes_no_negative_age() -> None:
    snapshot = replace(big_example(), pulse=Pulse(scanned_at=NOW.wall + 50))
    assert status_of(snapshot, {}, Now(NOW.wall, NOW.awake), heart=BY_HAND).snapshot_age == 0.0
