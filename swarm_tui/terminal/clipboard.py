"""The clipboard: whoever says that it took a text is asked first, and the terminal, which never says so, last.

A terminal that is sent a text (OSC 52) sends nothing back. Asking it what its clipboard holds, or what it can do, is
answered on standard input, where letters are keys of the control room that act: it is never asked. So a program that
owns a clipboard comes first (its exit status is an answer), then tmux (which keeps the text in a buffer, and knows
whether the terminal that it runs in has a clipboard), then the terminal itself.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from swarm.formatting import spell_size

WAIT_S = 3.0
"""Seconds that a program gets to take a text."""
MOST_SENT = 1 << 20
"""Bytes, as they are sent, of what a terminal may take: tmux and others drop longer sequences without a word."""
MOST_EVERYWHERE = 100_000
"""The same of what is known to come through wherever a clipboard does."""
NOT_COPIED = "not copied"
_TELL = ("display-message", "-p", "#{client_termfeatures}")


class Handed(NamedTuple):
    """What became of a text, for a person: `verb` it: `words`."""

    words: str
    verb: str = "copied"
    """`copied` where somebody says so, `sent` where nobody does, `not copied`."""


class Way(NamedTuple):
    """A program that owns a clipboard. needs: a variable without which there is none that it could reach."""

    argv: tuple[str, ...]
    needs: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    """Variables that it is started with."""

    def reaches(self, environment: Mapping[str, str]) -> bool:
        """Whether the clipboard that it owns is the one beside the operator's keyboard."""
        if not _far(environment):
            return not self.needs or bool(environment.get(self.needs))
        # Of another machine only windows come here, and only where ssh forwards them.
        return self.needs == "DISPLAY" and environment.get("DISPLAY", "").startswith("localhost:")


WAYS: tuple[Way, ...] = (
    Way(("pbcopy",), settings=(("LC_CTYPE", "UTF-8"),)),  # without one it takes every letter for Mac Roman
    Way(("wl-copy",), "WAYLAND_DISPLAY"),
    Way(("xclip", "-selection", "clipboard"), "DISPLAY"),
    Way(("xsel", "--clipboard", "--input"), "DISPLAY"),
)


def hand_over(text: str, environment: Mapping[str, str]) -> Handed | None:
    """Hands a text to whoever says that it took it; None where nobody does: then a terminal may be sent it.

    Blocks until the programs answer, WAIT_S each at most. Within tmux that gets it in any case: where its session is
    looked at from afar, the clipboard of this machine is the wrong one.
    """
    data = text.encode("utf-8", "surrogatepass")
    name = next((way.argv[0] for way in WAYS if way.reaches(environment) and _took(way, data, environment)), "")
    tmux = _found("tmux", environment) if environment.get("TMUX") else None
    in_tmux = _into_tmux(tmux, data, environment) if tmux is not None else None
    if name:
        return Handed(f"{name} took it{', and tmux (prefix ] pastes it)' if in_tmux is not None else ''}")
    return in_tmux


def _took(way: Way, data: bytes, environment: Mapping[str, str]) -> bool:
    found = _found(way.argv[0], environment)
    own = {**environment, **dict(way.settings)}
    done = _give((found, *way.argv[1:]), data, own) if found is not None else None
    return done is not None and done.returncode == 0


def _found(name: str, environment: Mapping[str, str]) -> str | None:
    return shutil.which(name, path=environment.get("PATH", os.defpath))


def for_terminal(text: str, environment: Mapping[str, str]) -> Handed:
    """Whether the terminal may be sent a text, and what is known of it then."""
    if environment.get("STY"):
        return Handed("GNU screen hands no clipboard on", verb=NOT_COPIED)
    if environment.get("TERM") == "linux":
        return Handed("this console has no clipboard", verb=NOT_COPIED)
    sent = _sent(text.encode("utf-8", "surrogatepass"))
    if sent > MOST_SENT:
        return Handed(
            f"a terminal takes {spell_size(MOST_SENT)} at most, and this is {spell_size(sent)}", verb=NOT_COPIED
        )
    words = f"the terminal does not say whether it took it{_beyond(sent)}{_better(environment)}"
    return Handed(words, verb="sent")


def _far(environment: Mapping[str, str]) -> bool:
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def _sent(data: bytes) -> int:
    """How long it is as it is sent, in base 64."""
    return (len(data) + 2) // 3 * 4


def _beyond(sent: int) -> str:
    if sent <= MOST_EVERYWHERE:
        return ""
    return f"; it is {spell_size(sent)}, and some take no more than {spell_size(MOST_EVERYWHERE)}"


def _better(environment: Mapping[str, str]) -> str:
    """What would make it certain on this machine."""
    if _far(environment):
        return ""
    name = "wl-copy" if environment.get("WAYLAND_DISPLAY") else "xclip" if environment.get("DISPLAY") else ""
    return f" (where {name} is installed, that says so)" if name else ""


def _into_tmux(tmux: str, data: bytes, environment: Mapping[str, str]) -> Handed | None:
    done = _give((tmux, "load-buffer", "-w", "-", ";", *_TELL), data, environment)
    if done is not None and done.returncode == 0:
        pastes = "tmux took it (prefix ] pastes it)"
        if b"clipboard" not in done.stdout:
            return Handed(f"{pastes}; it knows of no clipboard of your terminal")
        return Handed(
            f"{pastes} and sent it on to your terminal, which does not say whether it took it{_beyond(_sent(data))}"
        )
    done = _give((tmux, "load-buffer", "-"), data, environment)  # before 3.2 it hands nothing on
    return Handed("tmux took it (prefix ] pastes it)") if done is not None and done.returncode == 0 else None


def _give(
    argv: Sequence[str], data: bytes, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes] | None":
    """Runs a program with the text as its input; None where it did not answer.

    What xclip and wl-copy leave running holds their outputs: of programs but tmux none is read.
    """
    out = subprocess.PIPE if "load-buffer" in argv else subprocess.DEVNULL
    try:
        return subprocess.run(
            argv,
            input=data,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            timeout=WAIT_S,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
