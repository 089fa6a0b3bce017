"""Lines of a transcript as paragraphs: a sign and a colour for each kind of thing, sub-agents set in."""

from collections.abc import Iterable

from swarm.model.activity import Kind
from swarm.programs.transcript import TranscriptLine
from widgets.cells import Cell, clock_text
from widgets.charset import UNICODE, Charset
from widgets.paragraphs import Paragraph

_LEVELS = 6
_ROLES: dict[Kind, str] = {
    Kind.RUN: "accent",
    Kind.STARTED: "muted",
    Kind.TOOL_OPEN: "strong",
    Kind.TOOL_CLOSED: "muted",
    Kind.TEXT: "quote",
    Kind.DELIVERED: "accent",
    Kind.RETRYING: "notice",
    Kind.WAITING: "muted",
    Kind.SUBAGENT_STARTED: "notice",
    Kind.SUBAGENT_PROGRESS: "muted",
    Kind.SUBAGENT_ENDED: "muted",
    Kind.TURN_ENDED: "good",
    Kind.DENIED: "danger",
    Kind.MODEL_CHANGED: "warning",
    Kind.MCP_SERVER: "muted",
    Kind.NOTE: "muted",
}
_FAILED: dict[Kind, str] = dict.fromkeys((Kind.MODEL_CHANGED, Kind.MCP_SERVER, Kind.NOTE), "warning")
"""What an error of this kind is drawn as; the others are drawn as danger."""


def line_paragraphs(lines: Iterable[TranscriptLine], charset: Charset = UNICODE) -> list[Paragraph]:
    """A paragraph a line. The texts are cleaned again by the caller."""
    return [_paragraph(line, charset) for line in lines]


def _paragraph(line: TranscriptLine, charset: Charset) -> Paragraph:
    role = _FAILED.get(line.kind, "danger") if line.error else _ROLES.get(line.kind, "")
    text = line.text
    if line.kind is Kind.RUN and line.at is not None:
        text = f"{text} {clock_text(line.at)}"
    sign = _sign(line, charset)
    indent = "  " * min(max(0, line.depth), _LEVELS)
    return Paragraph(text, role, (Cell(f"{indent}{sign} ", _sign_role(line, role)),))


def _sign_role(line: TranscriptLine, role: str) -> str:
    return "accent" if line.kind is Kind.TOOL_OPEN and not line.error else role


def _sign(line: TranscriptLine, charset: Charset) -> str:
    if line.kind in (Kind.TURN_ENDED, Kind.DENIED):
        return charset.failed if line.error or line.kind is Kind.DENIED else charset.ended
    if line.kind is Kind.TOOL_OPEN:
        return charset.running
    if line.kind is Kind.RETRYING:
        return charset.times
    if line.kind is Kind.MODEL_CHANGED or (line.kind in (Kind.MCP_SERVER, Kind.NOTE) and line.error):
        return charset.warned
    if line.kind in (Kind.SUBAGENT_STARTED, Kind.SUBAGENT_ENDED):
        return charset.ghost
    return " "
