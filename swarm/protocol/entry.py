"""One entry of a progress.md: a stamp, what it says, and the lines that belong to it."""

from swarm.protocol.marked_line import Kind, Line
from swarm.protocol.stamps import Stamp

MAX_DETAILS = 50


class Entry:
    """An entry while its file is read. Without a stamp it is a line of its own.

    heading: the number of the heading that it stands below or is, -1 for none. level: of its own heading, 0 for none.
    """

    __slots__ = ("bare", "box", "details", "heading", "indent", "kind", "level", "outputs", "raw", "sentence", "stamp")

    def __init__(self, line: Line, stamp: Stamp | None, heading: int, *, level: int = 0) -> None:
        self.stamp = stamp
        self.sentence, self.outputs, self.kind = line.sentence, line.outputs, line.kind
        self.indent, self.box, self.bare = line.indent, line.box, line.bare
        self.heading, self.level = heading, level
        self.details: list[str] = []
        self.raw = [line.raw]

    def holds(self, line: Line) -> bool:
        """Whether a line without a stamp belongs to it: below a heading or a bold or lonely stamp, or deeper."""
        if self.level or self.bare:
            return True
        if self.kind is Kind.TABLE:
            return False
        return line.indent > self.indent or (self.kind is Kind.LINE and line.kind is not Kind.LINE)

    def add(self, line: Line) -> None:
        """Takes in a line that belongs to it."""
        if line.outputs is not None:
            self.outputs = line.outputs
        self.raw.append(line.raw)
        if len(self.details) < MAX_DETAILS:
            self.details.append(line.sentence if line.level else line.text)

    def refine(self, stamp: Stamp) -> None:
        """A later stamp that dates the same entry."""
        if self.stamp is None or self.stamp.whole_day or stamp.wall > self.stamp.wall:
            self.stamp = stamp
