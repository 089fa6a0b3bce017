"""What an agent's program printed, on its way into the transcript: imported when there is some to show."""

from collections.abc import Callable

from swarm.api import Swarm
from swarm.model.snapshot import AgentView
from swarm.protocol.logs import Chunk
from swarm_tui.workers.detail_loader import tail_of
from swarm_tui.workers.transcript_tail import TranscriptChunk
from widgets.cells import short_bytes
from widgets.line_list import charset_of
from widgets.paragraphs import Paragraph
from widgets.transcript import Transcript
from widgets.transcript_lines import line_paragraphs

Printed = Chunk | TranscriptChunk


def append(transcript: Transcript, chunk: Printed) -> None:
    """Adds what is new at the end of a transcript."""
    if chunk.restarted:
        transcript.clear()
    if isinstance(chunk, TranscriptChunk):
        paragraphs = line_paragraphs(chunk.lines, charset_of(transcript))
        before = f"+{short_bytes(chunk.skipped)} of output" if chunk.skipped else ""
        transcript.append_paragraphs(paragraphs, before=before, places=chunk.places)
    else:
        transcript.append(chunk.lines, dropped=chunk.skipped, places=chunk.places)


def prepend(transcript: Transcript, chunk: Printed, place: int) -> None:
    """Adds what was printed before a place of the file."""
    if isinstance(chunk, TranscriptChunk):
        paragraphs = line_paragraphs(chunk.lines, charset_of(transcript))
    else:
        paragraphs = [Paragraph(line, "quote") for line in chunk.lines]
    transcript.prepend_paragraphs(paragraphs, chunk.places, before=place)


def before(swarm: Swarm, view: AgentView, place: int) -> Callable[[], Printed]:
    """What reads the output of an agent before a place of the file: for a thread."""
    return lambda: tail_of(swarm, view).before(place)


def newest(swarm: Swarm, view: AgentView) -> Callable[[], Printed]:
    """What reads the end of an agent's output: for a thread."""
    tail = tail_of(swarm, view)
    return lambda: tail.read()
