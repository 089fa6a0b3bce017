"""The task and the results of an agent, whole: what the clipboard gets, and what the detail shows as far as it goes."""

from swarm.protocol.paths import AgentDir
from swarm.protocol.whole_results import as_lines, read_whole_results
from swarm.store.reader import read_head
from swarm.store.text import decode
from widgets.detail_head import Tab

WHOLE = frozenset({Tab.TASK, Tab.RESULTS})
"""Tabs of which there is a whole text."""
MAX_TASK = 4 << 20
"""Bytes. A brief of ours is shorter."""


def whole_text(agent: AgentDir, tab: Tab) -> str:
    """The text of a tab of WHOLE, letter by letter; '' where there is none. Raises Unreadable."""
    if tab is Tab.TASK:
        read = read_head(agent.task, MAX_TASK)
        rest = (
            f"\n… {read.size - len(read.data)} bytes more: {agent.task}" if read is not None and read.truncated else ""
        )
        return decode(read.data) + rest if read is not None else ""
    results = read_whole_results(agent)
    return "\n".join([*as_lines(results), "", results.summary])


def summary_of(agent: AgentDir) -> str:
    """The summary of its results, letter by letter; '' where there is none."""
    return read_whole_results(agent).summary
