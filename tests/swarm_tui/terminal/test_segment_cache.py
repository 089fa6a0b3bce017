"""The library remembers a screen full of split segments, and not those of weeks."""

from rich.segment import Segment

from swarm_tui.terminal import segment_cache


def test_segments_are_split_as_before_and_few_are_remembered() -> None:
    segment_cache.keep_small()
    for number in range(3 * segment_cache.ENTRIES):
        text = f"sentence {number} …"
        before, after = Segment(text).split_cells(8)
        assert (before.text, after.text) == (text[:8], text[8:])
    info = Segment._split_cells.cache_info()
    assert info.currsize == info.maxsize == segment_cache.ENTRIES


def test_wide_signs_that_are_cut_in_two_are_still_two_spaces() -> None:
    segment_cache.keep_small()
    assert [each.text for each in Segment("漢字").split_cells(1)] == [" ", " 字"]


def test_it_is_done_once() -> None:
    segment_cache.keep_small()
    before = Segment.__dict__["_split_cells"]
    segment_cache.keep_small()
    assert Segment.__dict__["_split_cells"] is before
