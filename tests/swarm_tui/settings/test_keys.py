"""Keys as people write them."""

import pytest

from swarm_tui.app.actions import ACTS
from swarm_tui.settings.keys import key_named, word_for


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("x", "x"),
        ("X", "X"),
        ("shift-x", "X"),
        ("?", "question_mark"),
        ("-", "minus"),
        (",", "comma"),
        ("ctrl-d", "ctrl+d"),
        ("Ctrl+D", "ctrl+d"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("alt-x", "alt+x"),
        ("esc", "escape"),
        ("page-up", "pageup"),
        ("pgdn", "pagedown"),
        ("F5", "f5"),
        ("ctrl-i", "tab"),
        ("question_mark", "question_mark"),
    ],
)
def test_a_key_is_read_as_it_is_written(word: str, key: str) -> None:
    assert key_named(word) == key


@pytest.mark.parametrize("word", ["", " ", "hyper-x", "stop", "ctrl-", "f99", "ctrl-c", "xx", "ctrl-foo"])
def test_what_no_terminal_sends_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"key|cannot be bound"):
        key_named(word)


def test_every_key_of_the_table_can_be_written() -> None:
    for act in ACTS:
        assert tuple(key_named(word_for(key)) for key in act.keys) == act.keys
