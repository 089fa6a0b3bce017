"""A notification by the terminal: nothing of an agent ends the sequence, and tmux hands it on."""

from swarm_tui.terminal.desktop import sequence

HOSTILE = "done\a\x1b]52;c;AAAA\a; more"


def test_what_an_agent_wrote_neither_ends_the_sequence_nor_adds_a_field() -> None:
    for kind in ("osc9", "osc777"):
        told = sequence(kind, "2 need you", HOSTILE, {})
        assert told.startswith("\x1b]9;2 need you: " if kind == "osc9" else "\x1b]777;notify;2 need you;")
        assert (told.count("\a"), told.count("\x1b")) == (1, 1)
        assert told.endswith("\a")
        assert told.count(";") == (1 if kind == "osc9" else 3)


def test_within_tmux_it_goes_through_to_the_outer_terminal() -> None:
    assert sequence("osc9", "a", "", {}) == "\x1b]9;a\a"
    assert sequence("osc9", "a", "b", {"TMUX": "x"}) == "\x1bPtmux;\x1b\x1b]9;a: b\a\x1b\\"
