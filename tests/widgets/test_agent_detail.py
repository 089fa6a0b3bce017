"""One agent up close."""

import pytest

from swarm.model.agent import Exit, FoundProcess, Usage
from swarm.model.causes import ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase
from swarm.model.reports import Progress, ProgressLine
from swarm.model.snapshot import AgentView, Problem
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.verdicts import verdicts
from swarm_tui.app.actions import ACTS
from swarm_tui.app.keys import KeyNames
from swarm_tui.cli.status_json import document
from tests.support.swarms import (
    MINUTE,
    NOW,
    POLICY,
    a_progress,
    a_record,
    a_root,
    a_snapshot,
    a_view,
    an_exit,
    big_example,
    full_id,
    invalid_results,
    results,
    some_beats,
)
from tests.support.widget_app import WidgetApp, screen_lines, screen_text
from widgets.agent_detail import AgentDetail
from widgets.cells import cells_width
from widgets.charset import ASCII
from widgets.detail_head import TABS, Tab, TabLine, facts_cells, tab_cells
from widgets.detail_pages import (
    DetailData,
    ProcessRow,
    events_page,
    process_page,
    progress_page,
    text_page,
)
from widgets.event_feed import EventRow
from widgets.paragraphs import Paragraph
from widgets.results_page import results_page
from widgets.verdict_words import verdict_lines

COUNTDOWN = Verdict(Health.INVESTIGATE, "silent 42m, limit 45m", Health.OVERDUE, 130.0, age=2520.0, kill_in=130.0)


def said(paragraphs: tuple[Paragraph, ...]) -> list[str]:
    return ["".join(cell.text for cell in paragraph.lead) + paragraph.text for paragraph in paragraphs]


def shown(detail: AgentDetail) -> str:
    return detail.tab.value


def worker() -> AgentView:
    view = big_example().agent(full_id("idea-alpha/worker-2"))
    assert view is not None
    return view


async def test_its_head_says_the_verdict_the_countdown_and_the_facts() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(64, 12), notifications=True) as pilot:
        detail.root = "genesis-01"
        detail.show(worker(), COUNTDOWN, NOW)
        await pilot.pause()
        lines = screen_lines(app)
        assert lines[0] == "silent 42m, limit 45m; kill in 02:10"
        assert lines[1] == "[1 progress] 2 transcript 3 task 4 results 5 process 6 events"
        assert "[outputs 2] Drafting section 3." in lines[2]
        assert "[outputs 0] Fetching sources." in lines[3]
        assert lines[11] == "worker  pid 4301  cpu 0.0%  rss 180 MiB  2 processes"
        assert detail.border_title == "idea-alpha/worker-2 · investigate"
        later = replace(COUNTDOWN, kill_in=129.0, in_seconds=129.0)
        detail.tick(later, Now(NOW.wall + 1, NOW.awake + 1))
        await pilot.pause()
        assert screen_lines(app)[0] == "silent 42m, limit 45m; kill in 02:09"


async def test_a_long_verdict_takes_more_lines_and_a_short_one_gives_them_back() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(40, 12), notifications=True) as pilot:
        long = replace(COUNTDOWN, why="silent 42m: no line in progress.md since 08:59; the limit is 45m")
        detail.show(worker(), long, NOW)
        await pilot.pause()
        assert screen_lines(app)[:3] == [
            "silent 42m: no line in progress.md since",
            "08:59; the limit is 45m; kill in 02:10",
            "[1 progress] 2 3 4 5 6",
        ]
        detail.tick(COUNTDOWN, NOW)
        await pilot.pause()
        assert screen_lines(app)[1].startswith("[1 progress]")


async def test_who_is_being_ended_is_so_in_the_title_and_in_the_verdict() -> None:
    """The same word in both, and on the command line, also when its process has gone already."""
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(60, 12), notifications=True) as pilot:
        record = a_record("w", phase=Phase.STOPPING, ended_by="operator", why="too slow")
        for view in (a_view("w", record=record), a_view("w", record=record, exit=an_exit("w", -15, stopped=True))):
            snapshot = a_snapshot(a_root(), view)
            judged = verdicts(snapshot, POLICY, NOW)
            detail.show(view, judged[view.id], NOW)
            await pilot.pause()
            assert screen_lines(app)[0] == "is being ended by operator: too slow"
            assert str(detail.border_title).endswith("ending")
            row = next(each for each in document(snapshot, judged, NOW, POLICY)["agents"] if each["name"] == "w")  # type: ignore[attr-defined]  # a list, by JSON
            assert (row["word"], row["why"]) == ("ending", "is being ended by operator: too slow")


async def test_tabs_change_by_number_by_step_and_by_click() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(70, 12), notifications=True) as pilot:
        detail.show(worker(), COUNTDOWN, NOW)
        for tab in Tab:
            detail.tab = tab
            await pilot.pause()
            assert shown(detail) == tab.value
            assert detail.active_pane.display
            assert sum(pane.display for pane in detail.query("TextPane").results()) == 1
        detail.next_tab()
        assert shown(detail) == "progress"
        detail.next_tab(-1)
        assert shown(detail) == "events"
        await pilot.click(TabLine, offset=(2, 0))
        await pilot.pause()
        assert shown(detail) == "progress"
        changed = [m.tab for m in app.heard if isinstance(m, AgentDetail.TabChanged)]
        assert changed[-1] is Tab.PROGRESS


async def test_the_focus_goes_along_with_the_tab() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(70, 12), notifications=True) as pilot:
        detail.show(worker(), COUNTDOWN, NOW)
        detail.active_pane.focus()
        await pilot.pause()
        detail.tab = Tab.TASK
        await pilot.pause()
        assert app.focused is detail.active_pane


async def test_what_was_read_for_another_agent_is_dropped() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(70, 12), notifications=True) as pilot:
        view = worker()
        detail.show(view, COUNTDOWN, NOW)
        detail.tab = Tab.TASK
        detail.load(DetailData(view.id, "an-earlier-life", task="wrong"))
        await pilot.pause()
        assert screen_lines(app)[2] == "reading"
        detail.load(DetailData(view.id, view.spawn_id, task="Write section 3.\n\nThen stop."))
        await pilot.pause()
        assert screen_lines(app)[2:5] == ["Write section 3.", "", "Then stop."]
        detail.transcript.append(["of worker-2"])
        other = big_example().agent(full_id("scout-01"))
        detail.show(other, COUNTDOWN, NOW)
        await pilot.pause()
        assert screen_lines(app)[2] == "reading"
        assert detail.transcript.line_count == 0


async def test_a_newer_view_of_the_same_agent_keeps_what_was_read() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(70, 12), notifications=True) as pilot:
        view = worker()
        detail.show(view, COUNTDOWN, NOW)
        detail.tab = Tab.TASK
        detail.load(DetailData(view.id, view.spawn_id, task="Write section 3."))
        detail.show(replace(view, progress=a_progress("more")), COUNTDOWN, NOW)
        await pilot.pause()
        assert screen_lines(app)[2] == "Write section 3."


async def test_nobody_chosen_is_said() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(70, 12), notifications=True) as pilot:
        detail.show(None, None, NOW)
        await pilot.pause()
        assert "no agent is chosen" in screen_text(app)
        assert detail.border_title == "no agent"


async def test_what_could_not_be_read_says_why() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    async with app.run_test(size=(70, 12), notifications=True) as pilot:
        view = worker()
        detail.show(view, COUNTDOWN, NOW)
        detail.tab = Tab.TASK
        detail.load(DetailData(view.id, view.spawn_id, task="", errors=(("task", "task.md is a FIFO"),)))
        await pilot.pause()
        assert screen_lines(app)[2:4] == ["task.md is a FIFO", "it has no task.md"]


@pytest.mark.parametrize("width", [10, 26, 45, 61, 62, 100])
def test_the_tab_line_fits_and_every_tab_can_be_clicked(width: int) -> None:
    for tab in TABS:
        cells, spans = tab_cells(tab, width, KeyNames(ACTS))
        assert cells_width(cells) == width
        assert [span[2] for span in spans] == list(TABS)
        text = "".join(cell.text for cell in cells)
        start, end, active = spans[TABS.index(tab)]
        if end <= width:
            assert text[start:end] == f"[{TABS.index(tab) + 1} {active.value}]"


@pytest.mark.parametrize("width", [20, 24, 31, 40, 80])
def test_no_line_of_the_verdict_loses_a_word(width: int) -> None:
    lines = verdict_lines(COUNTDOWN, width)
    text = "".join(cell.text for line in lines for cell in line).replace(" ", "")
    assert text.replace(";", "") == "silent42m,limit45mkillin02:10"


@pytest.mark.parametrize("width", [20, 33, 47, 60])
def test_a_long_reason_gives_way_and_what_comes_does_not(width: int) -> None:
    lines = verdict_lines(replace(COUNTDOWN, why="in Bash for 42m: make test " * 20), width)
    text = ["".join(cell.text for cell in line) for line in lines]
    assert len(text) == 3
    assert text[0].startswith("in Bash for 42m")
    assert text[-1].endswith("kill in 02:10")
    assert text[1].endswith("…")
    assert all(len(line) <= width for line in text)


def test_problems_come_first_then_progress_the_newest_on_top() -> None:
    progress = Progress((ProgressLine(None, "", None, "first"), ProgressLine(NOW.wall, "x", 3, "second")))
    view = replace(worker(), progress=progress, problems=(Problem(ProblemCode.CLOCK, "its stamps are 2h off"),))
    lines = said(progress_page(view))
    assert lines[0] == "!clock its stamps are 2h off"
    assert lines[1].endswith("[outputs 3] second")
    assert lines[2] == "  -   - first"


def test_an_unreadable_progress_is_said_and_an_absent_one_too() -> None:
    broken = replace(worker(), progress=Progress(error="it is a FIFO"), problems=())
    assert said(progress_page(broken)) == ["progress.md cannot be read: it is a FIFO"]
    assert said(progress_page(a_view("new", age=None))) == ["nothing written yet"]


def test_results_say_status_acceptance_outputs_and_everything_else() -> None:
    page = said(
        results_page(
            replace(
                a_view("w"),
                results=results(
                    "partial",
                    "Half of it.",
                    acceptance=(("It is published", True), ("It sells", False)),
                    outputs=("out/a.md",),
                    finished_at="2026-02-28",
                    extra={"cost": 3, "note": "text"},
                ),
            )
        )
    )
    assert page == [
        "partial  Half of it.",
        "not read yet",
        "✔ passed  It is published",
        "✖ failed  It sells",
        "output  out/a.md",
        "finished  2026-02-28",
        "cost  3",
        "note  text",
    ]


def test_results_that_do_not_count_say_why() -> None:
    assert said(results_page(replace(a_view("w"), results=invalid_results()))) == [
        "results.json does not count: it is cut off"
    ]
    assert said(results_page(a_view("w"))) == ["no results yet"]


def test_the_process_page_shows_the_tree_and_how_it_ended() -> None:
    view = replace(
        a_view("w"),
        exit=Exit("s", -9, NOW.wall, found=(FoundProcess(7, "sh", "TERM"),), error="gone"),
    )
    assert view.record is not None
    view = replace(view, record=replace(view.record, unverified="pid namespace of another machine"))
    rows = (
        ProcessRow(4211, 0, "claude -p", "S", 12.5, 310 << 20),
        ProcessRow(4212, 1, "sh -c make", "Z"),
    )
    page = said(process_page(view, DetailData(view.id, view.spawn_id, processes=rows), NOW))
    assert page[0] == "its process is alive"
    assert "program  pid 4211" in page
    assert "could not be excluded  pid namespace of another machine" in page
    assert "4211 S  12.5%   310 MiB  claude -p" in page
    assert "  4212 Z      -         -  sh -c make" in page
    assert any(line.startswith("exit code  signal 9") for line in page)
    assert "ended with it  7 sh TERM" in page
    assert said(process_page(replace(a_view("f"), record=None, liveness=None), None, NOW)) == [
        "nothing is known of a process"
    ]


def test_the_process_page_shows_what_a_failed_start_wrote_and_names_the_environment() -> None:
    view = replace(a_view("w"), exit=an_exit("w", 1))
    data = DetailData(view.id, view.spawn_id, stderr=("no such option",), environment=("HOME", "PATH"))
    page = said(process_page(view, data, NOW))
    assert "stderr  no such option" in page
    assert "environment of its spawn  HOME, PATH (names only)" in page


def test_an_agent_without_a_process_says_so() -> None:
    view = replace(a_view("w"), exit=an_exit("w", 0))
    page = said(process_page(view, DetailData(view.id, view.spawn_id, processes=()), NOW))
    assert "no process of it runs" in page


def test_events_have_the_newest_on_top_below_the_life_over_the_heartbeats() -> None:
    view = worker()
    rows = (
        EventRow(1, NOW.wall - MINUTE, "operator", "spawn", view.id, view.spawn_id),
        EventRow(2, NOW.wall, "engine", "kill", view.id, view.spawn_id, False, "half-period", "too soon"),
    )
    page = said(events_page(view, rows, some_beats()))
    assert page[0].startswith("heartbeats ")
    assert "kill half-period too soon by engine" in page[1]
    assert "spawn by operator" in page[2]
    assert said(events_page(view, (), ())) == ["nothing recorded"]
    assert said(events_page(view, None, ())) == ["reading"]


def test_a_text_that_is_not_there_is_named() -> None:
    assert said(text_page("", "it has no task.md")) == ["it has no task.md"]


def test_facts_name_slots_processor_memory_and_children() -> None:
    view = replace(a_view("idea", role="idea-meta"), budget=4, used=5, children=1, usage=Usage(None, 1, 3.25, 1 << 30))
    assert "".join(cell.text for cell in facts_cells(view)) == (
        "idea-meta  ■■■■▣ 5/4 over by 1  cpu 3.2%  rss 1.0 GiB  1 child"
    )
    assert "".join(cell.text for cell in facts_cells(view, ASCII)).isascii()


async def test_agents_of_every_kind_show_every_tab() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    snapshot = big_example()
    found = verdicts(snapshot, POLICY, NOW)
    async with app.run_test(size=(50, 20), notifications=True) as pilot:
        for view in snapshot.agents[::4]:
            detail.show(view, found[view.id], NOW, snapshot.beats)
            for tab in Tab:
                detail.tab = tab
            await pilot.pause()
        assert app.is_running


def test_the_same_problem_twice_is_one_line_with_its_count() -> None:
    view = a_view(
        problems=(
            Problem(ProblemCode.INJECTION, "text"),
            Problem(ProblemCode.INJECTION, "text"),
            Problem(ProblemCode.CLOCK, "off"),
        )
    )
    lines = ["".join(cell.text for cell in line.lead) + line.text for line in progress_page(view)]
    assert lines[:2] == ["!injection text (2 times)", "!clock off"]
