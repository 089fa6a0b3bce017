"""What an earlier attempt taught: how it ended, what it reported, its last words. Quoted as data in the next brief."""

from swarm.admission.decided_before import decision_words
from swarm.model.record import Ending, Record
from swarm.model.reports import ProgressLine, ResultsState
from swarm.protocol.logs import last_lines
from swarm.protocol.paths import AgentDir
from swarm.protocol.progress import read_progress
from swarm.protocol.whole_results import read_whole_results

LINES = 10
MAX_SUMMARY = 64 * 1024
"""Characters of a summary that stand in a brief. A longer one stands where it is, which is said."""


def learned_from(agent: AgentDir, record: Record | None) -> str:
    """What is known of the run in this directory, which is kept under the next free name NAME.1, NAME.2, ...

    A summary is whole, or left to its file; of progress and stderr the last lines stand here.
    """
    kept = f"{agent.path.name}.N beside your directory, the highest N"
    decided = decision_words(record.review) if record is not None and record.review is not None else ""
    parts = (decided, *_ending(record), _results(agent, kept), *_last_words(agent, kept))
    return "\n\n".join(part for part in parts if part)


def _ending(record: Record | None) -> list[str]:
    if record is None or record.ending is None:
        return []
    by = f" by {record.ended_by}" if record.ending is Ending.KILLED and record.ended_by else ""
    ended = [f"It ended as {record.ending}{by}: {record.why or 'no reason was given'}."]
    return [*ended, f"Its exit code was {record.exit_code}."] if record.exit_code is not None else ended


def _results(agent: AgentDir, kept: str) -> str:
    results = read_whole_results(agent)
    if not results.summary:
        return ""
    disputed = results.state is ResultsState.INVALID
    said = f"{results.why}; they do not count" if disputed else results.status
    if len(results.summary) > MAX_SUMMARY:
        return f"Its results said {said}. Their summary has {len(results.summary)} characters: results.json in {kept}."
    return f"Its results said {said}: {results.summary}"


def _last_words(agent: AgentDir, kept: str) -> list[str]:
    found = read_progress(agent, LINES).lines
    lines = [line for entry in found for line in _entry(entry)]
    errors = last_lines(agent, "stderr")[-LINES:]
    said = [f"Its last entries of progress (all of them: progress.md in {kept}):", *lines] if lines else []
    told = [f"Its last lines of stderr (all of them: log/stderr in {kept}):", *errors] if errors else []
    return ["\n".join(part) for part in (said, told) if part]


def _entry(entry: ProgressLine) -> list[str]:
    return [f"{entry.stamp_text} - {entry.sentence}", *(f"    {detail}" for detail in entry.details)]
