"""Text to read: wrapping, scrolling, selecting."""

from hypothesis import example, given
from hypothesis import strategies as st
from textual.geometry import Offset
from textual.selection import Selection

from tests.support.widget_app import WidgetApp, screen_lines
from widgets.cells import Cell, Cells, cells_width, width_of
from widgets.paragraphs import Paragraph, wrap, wrap_paragraph
from widgets.reading_place import line_of, place_of
from widgets.selected_text import text_between
from widgets.text_pane import TextPane

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


async def test_selected_text_is_copied_as_it_was_before_it_was_wrapped() -> None:
    pane = TextPane()
    app = WidgetApp(pane)
    async with app.run_test(size=(32, 8), notifications=True) as pilot:
        lead = (Cell("06:31 "),)
        pane.set_paragraphs(
            [
                Paragraph("first line"),
                Paragraph("a path /one/two/three.txt and more", "", lead),
                Paragraph("漢字 end x"),
            ]
        )
        await pilot.pause()
        assert screen_lines(app)[1:3] == ["06:31 a path /one/two/three.txt", "      and more"]
        assert pane.get_selection(Selection(Offset(6, 0), Offset(99, 2))) == (
            "line\n06:31 a path /one/two/three.txt and more",
            "\n",
        )
        assert pane.get_selection(Selection(Offset(8, 1), Offset(9, 2))) == ("path /one/two/three.txt and", "\n")
        assert pane.text == "first line\n06:31 a path /one/two/three.txt and more\n漢字 end x"
        await pilot.mouse_down(pane, offset=(0, 0))
        await pilot.hover(pane, offset=(5, 1))
        await pilot.mouse_up(pane, offset=(5, 1))
        await pilot.pause()
        assert app.screen.get_selected_text() in ("first line\n06:31", "first line\n06:31 ")
        strip = pane.render_line(1)
        assert strip.crop(0, 5).text == "06:31"
        # A double click takes the word, wide letters or not; a third one the line.
        await pilot.click(pane, offset=(6, 3), times=2)
        await pilot.pause()
        assert app.screen.get_selected_text() == "end"
        await pilot.click(pane, offset=(6, 3), times=3)
        await pilot.pause()
        assert app.screen.get_selected_text() == "漢字 end x"


@given(texts, st.text(alphabet="ab ", max_size=6), st.integers(4, 20))
@example("aa aa", "aa a", 4)
def test_whatever_is_wrapped_is_copied_in_one_line(text: str, lead: str, width: int) -> None:
    paragraph = Paragraph(text.strip(), "", (Cell(lead),) if lead else ())
    copied = text_between([paragraph, Paragraph("z")], width, Selection(None, None))
    assert copied.replace(" ", "") == f"{lead}{paragraph.text}\nz".replace(" ", "")
    assert copied.count("\n") == 1


def test_a_line_of_cells_alone_takes_one_line_however_long_it_is() -> None:
    lead = (Cell("a long lead of cells"),)
    assert wrap_paragraph(Paragraph("", "", lead), 24) == [lead]


async def test_the_words_one_reads_stay_on_top_through_every_size_and_come_back_with_the_first() -> None:
    words = " ".join(f"w{number:03}" for number in range(40))
    pane = TextPane()
    app = WidgetApp(pane)
    async with app.run_test(size=(42, 8), notifications=True) as pilot:
        pane.set_paragraphs([Paragraph(f"{name} {words}", "", (Cell("06:31 "),)) for name in "abcdefgh"])
        await pilot.pause()
        pane.move_cursor(25)
        first = screen_lines(app)[0].split()[0]
        for size in ((24, 8), (90, 8), (15, 8), (60, 20), (42, 60), (33, 5), (42, 8)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert first in screen_lines(app)[0].split() or pane.scroll_offset.y == pane.max_scroll_y, size
        assert screen_lines(app)[0].split()[0] == first
        assert pane.scroll_offset.y == 25


async def test_what_is_written_above_the_words_one_reads_does_not_move_them() -> None:
    pane = TextPane()
    app = WidgetApp(pane)
    async with app.run_test(size=(20, 5), notifications=True) as pilot:
        lines = [Paragraph(f"line {number}") for number in range(50)]
        pane.set_paragraphs(lines)
        await pilot.pause()
        pane.set_paragraphs([Paragraph("newest"), *lines])
        assert screen_lines(app)[0].startswith("newest")  # who stands at the top sees what is new
        pane.move_cursor(10)
        pane.set_paragraphs([Paragraph("newer still"), Paragraph("newest"), *lines])
        await pilot.pause()
        assert screen_lines(app)[0].startswith("line 9")


@given(st.lists(texts, min_size=1, max_size=5), st.integers(1, 30), st.integers(1, 30), st.integers(0, 40))
def test_a_place_is_found_at_every_width(said: list[str], narrow: int, wide: int, line: int) -> None:
    def wrapped(width: int) -> tuple[list[int], list[Cells]]:
        each = [wrap_paragraph(Paragraph(text, "", (Cell("x "),)), width) for text in said]
        return list(map(len, each)), [one for lines in each for one in lines]

    at_first, at_second = wrapped(narrow), wrapped(wide)
    line = min(line, len(at_first[1]) - 1)
    place = place_of(line, *at_first)
    there = line_of(place, *at_second)
    assert place_of(there, *at_second).paragraph == place.paragraph
    assert line_of(place, *at_first) == line_of(place_of(line_of(place, *at_first), *at_first), *at_first)
