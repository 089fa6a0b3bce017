"""What a program did, as lines that a person reads: one a tool call, one for what it gave back, words as they are."""

import sys
from collections.abc import Callable, Mapping

from msgspec import Struct

from swarm.formatting import plural
from swarm.model.activity import Activity, Kind

MAX_LINES = 200
"""Lines of one text; what is more is counted in one last line."""
MAX_DELIVERED = 12
MAX_ERROR = 3
INDENT = "  "
SHORT_OUTPUT = 60
"""Characters up to which an output of one line is shown instead of counted."""


class TranscriptLine(Struct, frozen=True):
    """One line of a transcript. Its text has passed `untrusted`."""

    kind: Kind
    text: str
    at: float | None = None
    """Wall seconds, where the program said when."""
    error: bool = False
    depth: int = 0
    """How deep the sub-agent stands whose line it is; 0 for the agent itself."""

    @property
    def shown(self) -> str:
        """The text, indented by its depth."""
        return INDENT * min(self.depth, 8) + self.text


def transcribe(activity: Activity) -> list[TranscriptLine]:
    """The lines of one activity; none for what only counts. At most MAX_LINES and one more."""
    return [
        TranscriptLine(activity.kind, text, activity.at, activity.error, max(0, activity.depth))
        for text in _texts(activity)
        if text
    ]


def transcribe_whole(activity: Activity) -> list[TranscriptLine]:
    """The lines of one activity with nothing folded: for what is handed on, read within `stream_fields.uncut`."""
    mark = _MARKS.get(activity.kind)
    if activity.kind is Kind.TOOL_OPEN:
        mark = f"{activity.tool or 'tool'}  "
    if mark is None or not activity.text:
        return transcribe(activity)
    return [
        TranscriptLine(activity.kind, text, activity.at, activity.error, max(0, activity.depth))
        for text in _several(activity.text, sys.maxsize, mark)
    ]


def _texts(activity: Activity) -> list[str]:
    write = _WRITERS.get(activity.kind)
    return write(activity) if write is not None else []


def _text(activity: Activity) -> list[str]:
    return _several(activity.text, MAX_LINES)


def _plain(activity: Activity) -> list[str]:
    return [_flat(activity.text)]


def _call(activity: Activity) -> list[str]:
    return [f"{activity.tool or 'tool'}  {_flat(activity.text)}".rstrip()]


def _returned(activity: Activity) -> list[str]:
    """Folded: an error in its first words, one short line as it is, else how many lines there were."""
    text, lines = activity.text, max(activity.count, activity.text.count("\n") + 1 if activity.text else 0)
    if activity.error:
        shown = _several(text, MAX_ERROR) or ["it failed"]
        return [f"→ {shown[0]}", *(f"  {line}" for line in shown[1:])]
    if not text:
        return [f"→ {plural(lines, 'line')}" if lines else "→ nothing"]
    if lines == 1 and len(text) <= SHORT_OUTPUT:
        return [f"→ {text.strip()}"]
    return [f"→ {plural(lines, 'line')}"]


def _delivered(activity: Activity) -> list[str]:
    return _several(activity.text, MAX_DELIVERED, "▸ ")


def _note(activity: Activity) -> list[str]:
    return _several(activity.text, MAX_DELIVERED, "· ")


def _retrying(activity: Activity) -> list[str]:
    tries = "/".join(str(number) for number in (activity.count, activity.limit) if number)
    return [f"retrying {tries}".rstrip() + f": {_flat(activity.text) or 'the model service refuses'}"]


def _subagent(activity: Activity) -> list[str]:
    if activity.kind is Kind.SUBAGENT_ENDED:
        return [_with("⊣ sub-agent ended", activity.text)]
    which = f" ({activity.tool})" if activity.tool else ""
    return [_with(f"⊢ sub-agent{which}", activity.text)]


def _turn_ended(activity: Activity) -> list[str]:
    if activity.error:
        return _several(activity.text or "it does not say why", MAX_ERROR, "turn failed: ")
    return [_with("turn ended", activity.text)]


def _denied(activity: Activity) -> list[str]:
    return [f"denied: {activity.tool} {_flat(activity.text)}".rstrip()]


def _run(activity: Activity) -> list[str]:
    return [f"— {_with('run', activity.text)} —"]


def _several(text: str, limit: int, mark: str = "") -> list[str]:
    lines = text.split("\n")
    if not text:
        return []
    rest = len(lines) - limit
    if rest > 0:
        lines = [*lines[:limit], f"… {plural(rest, 'more line')}"]
    pad = " " * len(mark)
    return [f"{mark if not number else pad}{line}".rstrip() or " " for number, line in enumerate(lines)]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _with(words: str, text: str) -> str:
    return f"{words}: {_flat(text)}" if text else words


_WRITERS: Mapping[Kind, Callable[[Activity], list[str]]] = {
    Kind.RUN: _run,
    Kind.STARTED: _plain,
    Kind.TOOL_OPEN: _call,
    Kind.TOOL_CLOSED: _returned,
    Kind.TEXT: _text,
    Kind.DELIVERED: _delivered,
    Kind.RETRYING: _retrying,
    Kind.SUBAGENT_STARTED: _subagent,
    Kind.SUBAGENT_ENDED: _subagent,
    Kind.TURN_ENDED: _turn_ended,
    Kind.DENIED: _denied,
    Kind.MODEL_CHANGED: _plain,
    Kind.MCP_SERVER: _note,
    Kind.NOTE: _note,
}
_MARKS: Mapping[Kind, str] = {
    Kind.TEXT: "",
    Kind.TOOL_CLOSED: "→ ",
    Kind.DELIVERED: "▸ ",
    Kind.TURN_ENDED: "turn ended: ",
    Kind.MCP_SERVER: "· ",
    Kind.NOTE: "· ",
}
"""What stands before the text of a kind that is folded for screens."""
