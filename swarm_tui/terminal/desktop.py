"""A notification that the terminal shows on its desktop, by OSC 9 or OSC 777."""

from collections.abc import Mapping

from swarm.sanitize import clean

MAX_TITLE, MAX_TEXT = 100, 200


def sequence(kind: str, title: str, text: str, environment: Mapping[str, str]) -> str:
    """What is written to the terminal. kind: `osc9` or `osc777`. Within tmux it is handed through to the outer one.

    The texts may be an agent's: what ends a sequence, or parts its fields, is taken out of them.
    """
    title, text = (clean(each, most).replace(";", ",") for each, most in ((title, MAX_TITLE), (text, MAX_TEXT)))
    one = f"{title}: {text}" if text else title
    told = f"\x1b]9;{one}\a" if kind == "osc9" else f"\x1b]777;notify;{title};{text}\a"
    if environment.get("TMUX"):
        # tmux hands on what is doubled in escapes, where allow-passthrough is on.
        return "\x1bPtmux;" + told.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return told
