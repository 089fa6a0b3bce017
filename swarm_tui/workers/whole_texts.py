"""What an agent was told, did and brought, whole: what the clipboard gets, and what the detail shows as far as it
goes."""

from pathlib import Path

from swarm.formatting import spell_size
from swarm.programs.registry import NewReader
from swarm.programs.stream_fields import uncut
from swarm.programs.transcript import transcribe_whole
from swarm.protocol.paths import AgentDir
from swarm.protocol.whole_results import as_lines, read_whole_results
from swarm.store.reader import read_head, read_tail
from swarm.store.text import decode
from widgets.detail_head import Tab

WHOLE = frozenset({Tab.PROGRESS, Tab.TRANSCRIPT, Tab.TASK, Tab.RESULTS})
"""Tabs of which there is a whole text on the disk."""
MAX_TASK = 4 << 20
"""Bytes. A brief of ours is shorter; of progress these are its last ones."""
MAX_OUTPUT = 16 << 20
"""Bytes of a program's output, its last ones, that a transcript is made of."""


def whole_text(agent: AgentDir, tab: Tab, new_reader: NewReader | None = None) -> str:
    """The text of a tab of WHOLE, letter by letter; '' where there is none. Raises Unreadable.

    Where it is longer than can be handed on, a line says how much is missing, and in which file it stands. new_reader:
    for the output of the agent's program; None where that is plain text.
    """
    if tab is Tab.TASK:
        read = read_head(agent.task, MAX_TASK)
        rest = (
            f"\n… {read.size - len(read.data)} bytes more: {agent.task}" if read is not None and read.truncated else ""
        )
        return decode(read.data) + rest if read is not None else ""
    if tab is Tab.PROGRESS:
        missing, data = _last_bytes(agent.progress, MAX_TASK)
        return missing + decode(data)
    if tab is Tab.TRANSCRIPT:
        return _transcript(agent.stdout, new_reader)
    results = read_whole_results(agent)
    return "\n".join([*as_lines(results), "", results.summary]) if results.data or results.why else ""


def summary_of(agent: AgentDir) -> str:
    """The summary of its results, letter by letter; '' where there is none."""
    return read_whole_results(agent).summary


def _transcript(path: Path, new_reader: NewReader | None) -> str:
    missing, data = _last_bytes(path, MAX_OUTPUT)
    if new_reader is None:
        return missing + decode(data)
    reader = new_reader()
    with uncut():
        lines = [
            said.shown
            for line in data.split(b"\n")
            for activity in reader.feed(line)
            for said in transcribe_whole(activity)
        ]
    return missing + "\n".join(lines)


def _last_bytes(path: Path, limit: int) -> tuple[str, bytes]:
    """The whole lines in the last bytes of a file, and a line that says what stands before them; '' for nothing."""
    read = read_tail(path, limit)
    if read is None or not read.truncated:
        return "", read.data if read is not None else b""
    begins = read.data.find(b"\n") + 1  # 0 where a single line is longer than all that was read: its end is kept
    missing = read.size - len(read.data) + begins
    return f"… the {spell_size(missing)} before are left out: {path}\n", read.data[begins:]
