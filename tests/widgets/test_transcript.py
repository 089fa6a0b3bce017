"""The live tail of a program's output."""

import pytest

from tests.support.hostile import HOSTILE, forbidden
from tests.support.widget_app import WidgetApp, said_in, screen_lines, screen_text
from widgets.paragraphs import Paragraph
from widgets.transcript import FLOOD, HISTORY, RING, Transcript


async def test_it_follows_the_end_until_one_scrolls_up() -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        transcript.append(f"line {number}" for number in range(20))
        await pilot.pause()
        assert screen_lines(app)[4].startswith("line 19")
        transcript.action_cursor_up()
        assert not transcript.following
        transcript.append(["line 20", "line 21"])
        await pilot.pause()
        assert screen_lines(app)[4].startswith("line 18")
        assert transcript.unseen == 2
        assert transcript.border_subtitle == "+2 lines  still"
        transcript.toggle_follow()
        await pilot.pause()
        assert screen_lines(app)[4].startswith("line 21")
        assert transcript.unseen == 0
        heard = [m.following for m in app.heard if isinstance(m, Transcript.FollowChanged)]
        assert heard[-2:] == [False, True]


async def test_scrolling_to_the_end_follows_again() -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        transcript.append(f"line {number}" for number in range(20))
        await pilot.pause()
        transcript.action_page_up()
        assert not transcript.following
        transcript.action_cursor_bottom()
        assert transcript.following


async def test_a_flood_is_counted_and_its_end_is_shown() -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        transcript.append([f"line {number}" for number in range(FLOOD + 500)], dropped=7)
        await pilot.pause()
        assert transcript.line_count == FLOOD + 1
        transcript.action_cursor_top()
        await pilot.pause()
        assert screen_lines(app)[0].startswith("+507 lines")


async def test_it_keeps_a_bounded_number_of_lines_and_the_place_one_reads() -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(12, 5), notifications=True) as pilot:
        for start in range(0, RING, FLOOD):
            transcript.append(f"n {number}" for number in range(start, start + FLOOD))
        await pilot.pause()
        transcript.scroll_to(y=2000, animate=False, force=True)
        await pilot.pause()
        assert not transcript.following
        before = screen_lines(app)[0]
        transcript.append(f"m {number} and more words" for number in range(500))
        await pilot.pause()
        assert screen_lines(app)[0] == before
        assert len(said_in(transcript)) == RING


async def test_what_was_appended_before_it_had_a_width_is_shown() -> None:
    transcript = Transcript()
    transcript.display = False
    app = WidgetApp(transcript)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        transcript.append(f"line {number}" for number in range(20))
        await pilot.pause()
        transcript.display = True
        await pilot.pause()
        await pilot.pause()
        assert screen_lines(app)[4].startswith("line 19")


async def test_searching_marks_every_place_and_goes_from_one_to_the_next() -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        transcript.append("Error here" if number % 10 == 3 else f"line {number}" for number in range(50))
        await pilot.pause()
        assert transcript.search("error") == 5
        await pilot.pause()
        assert not transcript.following
        assert transcript.scroll_offset.y <= 43 <= transcript.scroll_offset.y + 5
        assert transcript.find_next(backwards=True)
        await pilot.pause()
        assert transcript.scroll_offset.y == 31
        assert transcript.find_next()
        await pilot.pause()
        assert transcript.scroll_offset.y == 41
        found = [cell.text for cell in transcript.line_cells(43, 30) if cell.role == "found"]
        assert found == ["Error"]
        assert transcript.search("nowhere") == 0
        assert not transcript.find_next()


async def test_another_agent_starts_with_an_empty_transcript() -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        transcript.append(["of the first"])
        transcript.clear()
        transcript.append(["of the second"])
        await pilot.pause()
        assert "first" not in screen_text(app)
        assert screen_lines(app)[0].startswith("of the second")


@pytest.mark.parametrize("needle", ["İ", "ß", "[", "\\"])
async def test_odd_needles_are_only_looked_for(needle: str) -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(30, 5), notifications=True) as pilot:
        transcript.append(["İİİ straße [/red] \\x"])
        transcript.search(needle)
        await pilot.pause()
        assert "straße" in screen_text(app)


async def test_hostile_output_is_drawn_as_text() -> None:
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(60, 40), notifications=True) as pilot:
        transcript.append(HOSTILE.values())
        for _ in range(8):
            await pilot.pause()
            assert not forbidden("".join(screen_lines(app)))
            transcript.action_page_up()


class Log(WidgetApp):
    """Hands over earlier lines of a log, and its last ones, as the control room does."""

    def __init__(self, transcript: Transcript, lines: int) -> None:
        super().__init__(transcript)
        self.transcript = transcript
        self.lines = lines

    def append(self, start: int, end: int) -> None:
        self.transcript.append((f"line {number}" for number in range(start, end)), places=range(start, end))

    def on_transcript_earlier_wanted(self, wanted: Transcript.EarlierWanted) -> None:
        start = max(0, wanted.place - 1500)
        paragraphs = [Paragraph(f"line {number}") for number in range(start, wanted.place)]
        self.transcript.prepend_paragraphs(paragraphs, range(start, wanted.place), before=wanted.place)

    def on_transcript_end_wanted(self) -> None:
        self.append(self.lines - 900, self.lines)


async def test_it_goes_back_to_the_first_line_of_a_log_in_bounded_memory_and_follows_again() -> None:
    transcript = Transcript()
    app = Log(transcript, HISTORY + 9000)
    async with app.run_test(size=(20, 5), notifications=True) as pilot:
        app.append(app.lines - 900, app.lines)
        await pilot.pause()
        transcript.action_cursor_up()
        for _ in range(app.lines):
            if screen_lines(app)[0].strip() == "line 0":
                break
            transcript.action_cursor_top()
            await pilot.pause()
        assert screen_lines(app)[0].strip() == "line 0"
        assert len(said_in(transcript)) == HISTORY
        app.append(app.lines, app.lines + 3)
        assert (transcript.unseen, len(said_in(transcript))) == (3, HISTORY)
        transcript.toggle_follow()
        await pilot.pause()
        assert screen_lines(app)[4].strip() == f"line {app.lines - 1}"
        app.append(app.lines - 5, app.lines + 3)
        await pilot.pause()
        assert said_in(transcript)[-4:] == [f"line {app.lines + number}" for number in range(-1, 3)], "none comes twice"


async def test_no_line_is_lost_or_doubled_on_the_way_back() -> None:
    transcript = Transcript()
    app = Log(transcript, 6000)
    async with app.run_test(size=(20, 5), notifications=True) as pilot:
        for start in range(0, 6000, FLOOD):
            app.append(start, start + FLOOD)
        await pilot.pause()
        transcript.action_cursor_up()
        transcript.action_cursor_top()
        await pilot.pause()
        assert said_in(transcript) == [f"line {number}" for number in range(6000)]


async def test_another_width_keeps_the_words_one_reads_and_the_place_that_was_found_and_the_end_while_it_follows() -> (
    None
):
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(60, 8), notifications=True) as pilot:
        transcript.append(f"line {number:03} says so much that it does not fit" for number in range(100))
        await pilot.pause()
        await pilot.resize_terminal(20, 8)
        await pilot.pause()
        assert transcript.following
        assert screen_lines(app)[7].strip() == "not fit"
        transcript.search("line 050")
        await pilot.pause()
        top = screen_lines(app)[0]
        await pilot.resize_terminal(60, 14)
        await pilot.pause()
        assert transcript.words_of_search()
        assert transcript.scroll_offset.y < transcript.max_scroll_y
        assert top.strip() in screen_lines(app)[0]
        transcript.needle = "says"
        transcript.find_next()
        assert transcript.words_of_search() == ["/says 52 of 100"]
