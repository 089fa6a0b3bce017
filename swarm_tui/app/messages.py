"""What threads tell the app. Payloads are frozen; the messages themselves cannot be."""

from textual.message import Message

from swarm.model.record import Beat
from swarm.protocol.logs import Chunk
from swarm_tui.workers.transcript_tail import TranscriptChunk
from widgets.detail_pages import DetailData


class SnapshotTaken(Message):
    """The watch has a newer picture; the app keeps only the newest, so bursts collapse."""


class DetailLoaded(Message):
    """The files of the selected agent were read."""

    def __init__(self, data: DetailData) -> None:
        super().__init__()
        self.data = data


class LinesArrived(Message):
    """The selected agent's program printed more, as it is or as a transcript."""

    def __init__(self, agent: str, spawn_id: str, chunk: Chunk | TranscriptChunk) -> None:
        super().__init__()
        self.agent = agent
        self.spawn_id = spawn_id
        self.chunk = chunk


class Beaten(Message):
    """A heartbeat ran in this process."""

    def __init__(self, beat: Beat) -> None:
        super().__init__()
        self.beat = beat


class PulseChanged(Message):
    """The automatic heartbeat found an owner, lost one, or could not run."""

    def __init__(self, *, owned: bool, trouble: str) -> None:
        super().__init__()
        self.owned = owned
        self.trouble = trouble
