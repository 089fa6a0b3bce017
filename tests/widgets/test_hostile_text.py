"""Whatever agents write: every widget draws it as text, and nothing of it styles, clicks or steers the terminal."""

from collections.abc import Callable

import pytest
from rich.segment import Segment
from textual.widget import Widget

from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Alert
from swarm.model.reports import Progress, ProgressLine, Results, ResultsState, ResultsStatus
from swarm.model.snapshot import Access, AgentView, Problem
from swarm.model.values import replace
from swarm.rules.verdicts import verdicts
from tests.support.hostile import HOSTILE, forbidden
from tests.support.swarms import NOW, POLICY, a_root, a_snapshot, a_view
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.agent_detail import AgentDetail
from widgets.agent_tree import AgentTree
from widgets.alerts import Alerts
from widgets.banner import Banner
from widgets.cells import Cell, quote
from widgets.check_list import CheckList, CheckRow
from widgets.detail_head import Tab
from widgets.detail_pages import DetailData, ProcessRow
from widgets.event_feed import EventFeed, EventRow
from widgets.slot_board import SlotBoard
from widgets.status_line import StatusData, StatusLine
from widgets.timeline import Timeline
from widgets.transcript import Transcript

TEXTS = tuple(HOSTILE.values())


def agent(text: str, place: int) -> AgentView:
    """An agent that has the text wherever an agent, or a foreign tree, can put one."""
    view = a_view(f"worker-{place}", text)
    return replace(
        view,
        name=text,
        role=text,
        progress=Progress((ProgressLine(None, text, 3, text), ProgressLine(NOW.wall, text, None, text)), error=text),
        results=Results(
            ResultsState.VALID,
            ResultsStatus.SUCCESS,
            text,
            (text,),
            ((text, True), (text, False)),
            text,
            {text: [text]},
        ),
        problems=(Problem(ProblemCode.LINK, text), Problem(ProblemCode.INJECTION, text)),
    )


SNAPSHOT = a_snapshot(a_root(), *(agent(text, place) for place, text in enumerate(TEXTS)))
VERDICTS = {
    **verdicts(SNAPSHOT, POLICY, NOW),
    **{
        view.id: Verdict(Health.DONE if place % 2 else Health.UNKNOWN, text, age=60.0)
        for place, (view, text) in enumerate(zip(SNAPSHOT.agents[1:], TEXTS, strict=True))
    },
}


def fill_tree(widget: Widget) -> None:
    assert isinstance(widget, AgentTree)
    widget.filter_text = "[/] \x1b]0;x\x07"
    widget.filter_text = ""
    widget.update_snapshot(SNAPSHOT, VERDICTS, NOW)


def fill_alerts(widget: Widget) -> None:
    assert isinstance(widget, Alerts)
    widget.update_alerts(
        tuple(
            Alert(text, AlertCause(text), text, text, acked_by=text, acked_at=place % 2 or None)
            for place, text in enumerate(TEXTS)
        ),
        NOW,
    )


def fill_events(widget: Widget) -> None:
    assert isinstance(widget, EventFeed)
    widget.set_events(
        EventRow(n, NOW.wall, text, text, text, text, n % 2 > 0, text, text) for n, text in enumerate(TEXTS)
    )


def fill_board(widget: Widget) -> None:
    assert isinstance(widget, SlotBoard)
    widget.slots = replace(SNAPSHOT.slots, cells=tuple((text, text, True) for text in TEXTS[:12]))


def fill_status(widget: Widget) -> None:
    assert isinstance(widget, StatusLine)
    widget.data = StatusData(TEXTS[0], 1, None, TEXTS[1], TEXTS[2], polling=TEXTS[3], trouble=quote(TEXTS[4]))


def fill_banner(widget: Widget) -> None:
    assert isinstance(widget, Banner)
    widget.update_access(Access.FULL, "".join(TEXTS[:6]))


def fill_timeline(widget: Widget) -> None:
    assert isinstance(widget, Timeline)
    widget.update_snapshot(SNAPSHOT, VERDICTS, NOW)


def fill_transcript(widget: Widget) -> None:
    assert isinstance(widget, Transcript)
    widget.append(TEXTS)
    widget.search("\x1b[31m")


def checks() -> CheckList:
    return CheckList(CheckRow(text, (Cell(quote(text)),)) for text in TEXTS)


CASES: list[tuple[Callable[[], Widget], Callable[[Widget], None]]] = [
    (AgentTree, fill_tree),
    (Alerts, fill_alerts),
    (EventFeed, fill_events),
    (SlotBoard, fill_board),
    (StatusLine, fill_status),
    (Banner, fill_banner),
    (Timeline, fill_timeline),
    (Transcript, fill_transcript),
    (checks, lambda widget: None),
]


def harmless(segments: list[Segment]) -> bool:
    """No control, no link, no action on any of it."""
    return all(
        segment.control is None
        and not forbidden(segment.text)
        and not (segment.style is not None and (segment.style.link or "@click" in segment.style.meta))
        for segment in segments
    )


def drawn(app: WidgetApp) -> list[Segment]:
    return [segment for strip in app.screen._compositor.render_strips() for segment in strip]


@pytest.mark.parametrize(("kind", "fill"), CASES, ids=[kind.__name__ for kind, _ in CASES])
async def test_a_widget_draws_hostile_text_as_text(kind: Callable[[], Widget], fill: Callable[[Widget], None]) -> None:
    widget = kind()
    app = WidgetApp(widget)
    async with app.run_test(size=(100, len(TEXTS) + 10), notifications=True) as pilot:
        fill(widget)
        await pilot.pause()
        assert harmless(drawn(app))
        for y in range(0, len(TEXTS), 20):
            await pilot.hover(offset=(50, y))
            await pilot.click(offset=(50, y))
        await pilot.resize_terminal(40, 30)
        await pilot.pause()
        assert harmless(drawn(app))
        assert app.is_running


async def test_the_detail_draws_hostile_text_as_text_in_every_tab() -> None:
    detail = AgentDetail()
    app = WidgetApp(detail)
    view = replace(
        agent(TEXTS[8], 0),
        progress=Progress(tuple(ProgressLine(None, text, 3, text) for text in TEXTS)),
        results=Results(
            ResultsState.VALID,
            ResultsStatus.SUCCESS,
            TEXTS[1],
            TEXTS,
            tuple((text, True) for text in TEXTS),
            extra={t: t for t in TEXTS},
        ),
        problems=tuple(Problem(ProblemCode.LINK, text) for text in TEXTS),
    )
    async with app.run_test(size=(60, 60), notifications=True) as pilot:
        detail.show(view, VERDICTS[SNAPSHOT.agents[5].id], NOW)
        rows = tuple(ProcessRow(1, 0, text, text) for text in TEXTS)
        records = tuple(EventRow(1, None, text, text, text, text, False, text, text) for text in TEXTS)
        errors = tuple((tab.value, TEXTS[8]) for tab in Tab)
        detail.load(DetailData(view.id, view.spawn_id, "\n".join(TEXTS), rows, records, errors))
        detail.transcript.append(TEXTS)
        for tab in Tab:
            detail.tab = tab
            for _ in range(3):
                await pilot.pause()
                assert harmless(drawn(app)), tab
                await pilot.click(offset=(20, 20))
                detail.active_pane.action_page_down()
        assert app.is_running


async def test_titles_are_drawn_as_text() -> None:
    detail = AgentDetail()
    detail.styles.border = ("round", "white")
    app = WidgetApp(detail)
    async with app.run_test(size=(60, 12), notifications=True) as pilot:
        for text in TEXTS:
            detail.show(replace(a_view("x"), id=text), VERDICTS[SNAPSHOT.agents[1].id], NOW)
            title = detail._border_title
            assert title is not None
            assert not forbidden(title.plain)
            assert not title.spans
        detail.show(replace(a_view("x"), id="[/red] [@click=app.quit]x"), None, NOW)
        await pilot.pause()
        assert "[/red] [@click=app.quit]x" in screen_lines(app)[0]


async def test_no_text_breaks_out_of_its_line() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, len(TEXTS) + 2), notifications=True) as pilot:
        fill_tree(tree)
        await pilot.pause()
        lines = screen_lines(app)[1:]  # below the headings
        assert len(lines) == len(TEXTS) + 1
        assert all(line.startswith((" ├ ", " └ ")) for line in lines[1:])
