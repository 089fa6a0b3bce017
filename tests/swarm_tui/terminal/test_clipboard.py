"""The clipboard: whoever says that it took a text comes first, and of a terminal it is said that it does not say so."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm_tui.terminal.clipboard import MOST_EVERYWHERE, MOST_SENT, for_terminal, hand_over

Fake = Callable[..., dict[str, str]]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Makes programs that keep what they are given, and the environment in which they are all that there is."""

    def make(*names: str, status: int = 0, out: str = "", **variables: str) -> dict[str, str]:
        for name in names:
            program = tmp_path / name
            kept = tmp_path / f"{name}.got"
            program.write_text(f"#!/bin/sh\n/bin/cat > '{kept}'\necho '{out}'\nexit {status}\n")
            program.chmod(0o755)
        return {"PATH": str(tmp_path), **variables}

    return make


def got(environment: dict[str, str], name: str) -> str:
    return (Path(environment["PATH"]) / f"{name}.got").read_text()


@pytest.mark.parametrize(
    ("name", "variable"), [("pbcopy", ""), ("wl-copy", "WAYLAND_DISPLAY"), ("xclip", "DISPLAY"), ("xsel", "DISPLAY")]
)
def test_a_program_that_owns_the_clipboard_says_that_it_took_it(fake: Fake, name: str, variable: str) -> None:
    environment = fake(name, **({variable: ":0"} if variable else {}))
    assert hand_over("a ✓ text", environment) == (f"{name} took it", "copied")
    assert got(environment, name) == "a ✓ text"
    if variable:
        assert hand_over("x", {"PATH": environment["PATH"]}) is None, "there is no display to reach"


def test_over_ssh_the_clipboard_of_that_machine_is_left_alone_and_a_forwarded_display_is_not(fake: Fake) -> None:
    far = {"SSH_CONNECTION": "1 2 3 4"}
    environment = fake("pbcopy", "wl-copy", "xclip", WAYLAND_DISPLAY="w", DISPLAY=":0", **far)
    assert hand_over("x", environment) is None
    forwarded = hand_over("x", {**environment, "DISPLAY": "localhost:10.0"})
    assert forwarded is not None
    assert forwarded.words == "xclip took it"


def test_a_program_that_fails_took_nothing(fake: Fake) -> None:
    assert hand_over("x", fake("xclip", status=1, DISPLAY=":0")) is None


def test_tmux_says_whether_the_terminal_around_it_has_a_clipboard(fake: Fake) -> None:
    has = hand_over("hello", environment := fake("tmux", TMUX="s,1,0", out="256,clipboard,title"))
    assert has is not None
    assert "tmux took it (prefix ] pastes it)" in has.words
    assert "does not say whether it took it" in has.words
    assert got(environment, "tmux") == "hello"
    none = hand_over("hello", fake("tmux", TMUX="s,1,0", out="256,title"))
    assert none is not None
    assert "knows of no clipboard" in none.words
    assert hand_over("hello", fake("tmux", TMUX="s,1,0", status=1)) is None


def test_within_tmux_its_buffer_has_it_too(fake: Fake) -> None:
    environment = fake("tmux", "xclip", TMUX="s,1,0", DISPLAY=":0")
    taken = hand_over("hello", environment)
    assert taken is not None
    assert taken.words == "xclip took it, and tmux (prefix ] pastes it)"
    assert got(environment, "xclip") == got(environment, "tmux") == "hello"


def test_of_a_terminal_it_is_said_that_nobody_knows() -> None:
    assert for_terminal("x", {}) == ("the terminal does not say whether it took it", "sent")
    assert "where wl-copy is installed" in for_terminal("x", {"WAYLAND_DISPLAY": "w"}).words


@pytest.mark.parametrize("variables", [{"STY": "1.pts"}, {"TERM": "linux"}], ids=str)
def test_where_none_can_be_it_is_not_said_to_be_copied(variables: dict[str, str]) -> None:
    assert for_terminal("x", variables).verb == "not copied"


def test_a_text_that_is_too_long_for_terminals_is_refused_with_the_limit_and_a_long_one_is_sent_with_a_warning() -> (
    None
):
    long = "x" * MOST_EVERYWHERE
    assert (sent := for_terminal(long, {})).verb == "sent"
    assert "some take no more than 97.7 KiB" in sent.words
    assert (refused := for_terminal("x" * MOST_SENT, {})).verb == "not copied"
    assert "1.0 MiB at most" in refused.words


def test_a_program_that_does_not_answer_is_not_waited_for_for_ever(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("swarm_tui.terminal.clipboard.WAIT_S", 0.05)
    environment = fake(DISPLAY=":0")
    (tmp_path / "xclip").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    os.chmod(tmp_path / "xclip", 0o755)
    assert hand_over("x", environment) is None
