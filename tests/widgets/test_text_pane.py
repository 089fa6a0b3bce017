"""Text to read: wrapping, scrolling, selecting."""

from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Offset
from textual.selection import Selection

from tests.support.widget_app import WidgetApp, screen_lines
from widgets.cells import Cell, cells_width, width_of
from widgets.text_pane import Paragraph, TextPane, wrap, wrap_paragraph

texts = st.text(alphabet=st.sampled_from("ab  c漢🙂-"), max_size=60)


@given(texts, st.integers(2, 20))
def test_no_wrapped_line_is_wider_than_asked_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_text_breaks_at_spaces_and_long_words_anywhere() -> None:
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("", 4) == [""]
    assert wrap("x", 0) == [""]


def test_later_lines_stand_below_the_text_and_not_below_its_lead() -> None:
    lines = wrap_paragraph(Paragraph("one two three", "quote", (Cell("06:31 ", "muted"),)), 14)
    assert lines == [
        (Cell("06:31 ", "muted"), Cell("one two", "quote")),
        (Cell("      "), Cell("three", "quote")),
    ]


@given(texts, st.integers(1, 30), st.integers(0, 20))
def test_a_wide_lead_gets_a_line_of_its_own(text: str, width: int, lead: int) -> None:
    lines = wrap_paragraph(Paragraph(text, "", (Cell("x" * lead),)), width)
    if lead > width // 2:
        assert cells_width(lines[0]) == lead
    assert lines


async def test_it_wraps_again_when_its_width_changes() -> None:
    pane = TextPane()
    app = WidgetApp(pane)
    async with app.run_test(size=(20, 5), notifications=True) as pilot:
        pane.set_paragraphs([Paragraph("one two three four five six")])
        await pilot.pause()
        assert screen_lines(app)[:2] == ["one two three four", "five six"]
        await pilot.resize_terminal(12, 5)
        await pilot.pause()
        assert screen_lines(app)[:3] == ["one two", "three four", "five six"]


async def test_the_same_text_again_keeps_the_place_one_reads() -> None:
    pane = TextPane()
    app = WidgetApp(pane)
    async with app.run_test(size=(20, 5), notifications=True) as pilot:
        lines = [Paragraph(f"line {number}") for number in range(50)]
        pane.set_paragraphs(lines)
        await pilot.pause()
        pane.action_page_down()
        pane.action_cursor_down()
        assert pane.scroll_offset.y == 5
        pane.set_paragraphs(list(lines))
        assert pane.scroll_offset.y == 5
        pane.action_cursor_bottom()
        await pilot.pause()
        assert screen_lines(app)[4].startswith("line 49")


async def test_selected_text_is_copied_as_it_stands() -> None:
    pane = TextPane()
    app = WidgetApp(pane)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        pane.set_paragraphs([Paragraph("first line"), Paragraph("second line")])
        await pilot.pause()
        assert pane.get_selection(Selection(Offset(6, 0), Offset(6, 1))) == ("line\nsecond", "\n")
        await pilot.mouse_down(pane, offset=(0, 0))
        await pilot.hover(pane, offset=(5, 1))
        await pilot.mouse_up(pane, offset=(5, 1))
        await pilot.pause()
        assert app.screen.get_selected_text() in ("first line\nsecon", "first line\nsecond")


def test_a_line_of_cells_alone_takes_one_line_however_long_it_is() -> None:
    lead = (Cell("a long lead of cells"),)
    assert wrap_paragraph(Paragraph("", "", lead), 24) == [lead]
