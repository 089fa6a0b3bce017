"""What an agent's program prints: its live tail, followed or left where one reads, back to its beginning, searched."""

from collections import deque
from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.message import Message
from textual.reactive import var

from swarm.sanitize import clean_beginning
from widgets.paragraphs import Paragraph, wrap_paragraph
from widgets.reading_place import Place
from widgets.searched_pane import SearchedPane

RING = 5_000
"""Lines kept while it follows; older ones fall out, and are read again where one goes back to them."""
HISTORY = 20_000
"""Lines kept while one reads what was earlier; then the newest fall out, until it follows again."""
NOWHERE = -1
"""The place of a line that does not stand in the file."""
FLOOD = 1_000
"""Lines taken from one append; what is more is counted, not shown."""
_LINE_CUT = 500


class Transcript(SearchedPane):
    """Lines as they come. While it follows, the end stays in sight; else the place one reads does."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; width: 1fr; }
    """

    following: var[bool] = var(True)

    class FollowChanged(Message):
        """It follows the end, or stopped to, by key or by scrolling."""

        def __init__(self, following: bool) -> None:
            super().__init__()
            self.following = following

    class EarlierWanted(Message):
        """One has come to the first line, and there are earlier ones before this place of the file."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    class EndWanted(Message):
        """It follows again, and its last lines had fallen out."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ring: deque[Paragraph] = deque()
        self._places: deque[int] = deque()
        """Where what each line of the ring tells of begins in the file."""
        self._fell = NOWHERE
        """The place of the last line that fell out before the ring."""
        self._read_from = NOWHERE
        """Everything from this place on was read: nothing before it is told where this is 0."""
        self._asked = NOWHERE
        self._end_fell = False
        self._unseen = 0

    @property
    def unseen(self) -> int:
        """Lines that came below what is in sight."""
        return self._unseen

    def append(
        self, lines: Iterable[str], *, dropped: int = 0, role: str = "quote", places: Sequence[int] = ()
    ) -> None:
        """More lines, oldest first. `dropped`: how many before them were skipped (a flood, a cut tail)."""
        new = [Paragraph(text, role) for text in lines]
        dropped += max(0, len(new) - FLOOD)
        self.append_paragraphs(
            new[-FLOOD:], before=f"+{dropped} lines" if dropped else "", places=tuple(places)[-FLOOD:]
        )

    def append_paragraphs(
        self, paragraphs: Iterable[Paragraph], *, before: str = "", places: Sequence[int] = ()
    ) -> None:
        """The same with signs and colours. before: what is said of that which was skipped before them.

        Only texts are cleaned here: the caller cleans leads. places: where what they tell of begins in the file; a line
        that stands here already is left out.
        """
        last = self._places[-1] if self._places else NOWHERE
        new = [pair for pair in _placed(paragraphs, places) if pair[1] == NOWHERE or pair[1] > last]
        if self._end_fell:
            self._unseen += len(new)
            self.show_words()
            return
        words = [before] if before else []
        if len(new) > FLOOD:
            words.append(f"+{len(new) - FLOOD} lines")
            self._fell = new[-FLOOD - 1][1] if not self._ring else self._fell
            new = new[-FLOOD:]
        if words and new:
            new.insert(0, (Paragraph(", ".join(words), "notice"), NOWHERE))
        if new:
            self._take(new)

    def prepend_paragraphs(self, paragraphs: Iterable[Paragraph], places: Sequence[int], *, before: int) -> None:
        """Lines that stand before the first one, oldest first. before: the place that they were asked for."""
        self._asked = NOWHERE
        if before != self._first_place():
            return  # what was first has fallen out meanwhile
        new = _placed(paragraphs, places)
        self._read_from = new[0][1] if new else 0
        gone = 0
        while self._places and self._places[0] < before:
            self._places.popleft()
            self._ring.popleft()
            gone += self._heights.popleft() if self._heights else 0
        self._ring.extendleft(paragraph for paragraph, _ in reversed(new))
        self._places.extendleft(place for _, place in reversed(new))
        self._fell = NOWHERE
        while len(self._ring) > HISTORY:
            self._ring.pop()
            self._places.pop()
            self._end_fell = True
        top, self._wrapped_at = self.scroll_offset.y, -1
        self._wrap()
        came = sum(height for height, _ in zip(self._heights, new, strict=False))
        self.move_place(came - gone)
        self.scroll_to(y=max(0, top + came - gone), animate=False, force=True)
        self.show_words()

    @property
    def paragraphs(self) -> Iterable[Paragraph]:
        return self._ring

    def _first_place(self) -> int:
        """Where the first line begins of which nothing has fallen out; NOWHERE without any."""
        return next((place for place in self._places if place not in (NOWHERE, self._fell)), NOWHERE)

    def _go_back(self) -> None:
        """Asks for what stands before the first line, once."""
        place = self._first_place()
        at_start = self._read_from == 0 and self._fell == NOWHERE
        if place > 0 and place != self._asked and not at_start:
            self._asked = place
            self.post_message(self.EarlierWanted(place))

    def move_cursor(self, by: int) -> None:
        if by < 0 and self.scroll_offset.y == 0:
            self._go_back()
        super().move_cursor(by)

    def clear(self) -> None:
        """Forget everything: another agent is shown."""
        self._ring.clear()
        self._places.clear()
        self._heights.clear()
        self._fell = self._read_from = self._asked = NOWHERE
        self._end_fell = False
        self._visual.clear()
        self._unseen = 0
        self.forget_place()
        self.lines_changed()
        self.show_words()

    def _take(self, new: list[tuple[Paragraph, int]]) -> None:
        most = RING if self.following or self._read_from == NOWHERE else HISTORY
        falls = max(0, len(self._ring) + len(new) - most)
        width = self.view_size.width
        self._ring.extend(paragraph for paragraph, _ in new)
        self._places.extend(place for _, place in new)
        gone = 0
        for _ in range(falls):
            self._ring.popleft()
            self._fell = max(self._fell, self._places.popleft())
            gone += self._heights.popleft() if self._heights else 0
        if not width:
            self._wrapped_at = -1
            return
        wrapped = [wrap_paragraph(paragraph, width) for paragraph, _ in new]
        self._heights.extend(len(lines) for lines in wrapped)
        if gone:
            del self._visual[:gone]
            self.move_place(-gone)
        added = [line for lines in wrapped for line in lines]
        self._visual += added
        top = self.scroll_offset.y
        self.lines_changed()
        if self.following:
            self._to_end()
        else:
            if gone:
                self.scroll_to(y=max(0, top - gone), animate=False, force=True)
            self._unseen += len(new)
        self.show_words()

    def keep_place(self, place: Place) -> None:
        if self.following:
            self._to_end()
        else:
            super().keep_place(place)

    def lines_changed(self) -> None:
        super().lines_changed()
        if self.following:
            self._to_end()

    def _to_end(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    # -- following -----------------------------------------------------------------------------------------------

    def leave_end(self) -> None:
        self.following = False

    def toggle_follow(self) -> None:
        """Follow the end, or stay here."""
        self.following = not self.following

    def watch_following(self, following: bool) -> None:
        if following:
            self._unseen = 0
            if self._end_fell:
                self.clear()
                self.post_message(self.EndWanted())
            self._to_end()
        self.show_words()
        self.post_message(self.FollowChanged(following))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.is_resized:
            return
        at_end = round(new_value) >= self.max_scroll_y
        if new_value < old_value and not at_end:
            self.following = False
        elif at_end and new_value > old_value:
            self.following = True
        if new_value < old_value and round(new_value) <= 0:
            self._go_back()

    def show_words(self) -> None:
        """Says below it where one is."""
        words = self.words_of_search()
        if self._unseen:
            words.append(f"+{self._unseen} lines")
        words.append("follow" if self.following else "still")
        self.border_subtitle = Content("  ".join(words))


def _placed(paragraphs: Iterable[Paragraph], places: Sequence[int]) -> list[tuple[Paragraph, int]]:
    """Paragraphs that are fit for a screen, each with its place."""
    new = [paragraph._replace(text=clean_beginning(paragraph.text, _LINE_CUT)) for paragraph in paragraphs]
    return list(zip(new, places, strict=True)) if places else [(paragraph, NOWHERE) for paragraph in new]
