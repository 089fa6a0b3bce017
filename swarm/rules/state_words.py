"""Whether a word that a filter takes for a state is true of an agent."""

from swarm.model.causes import Severity
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView
from swarm.rules.triage import is_problem

RUNNING_STATES = frozenset(
    {
        Health.STARTING,
        Health.FRESH,
        Health.LATE,
        Health.INVESTIGATE,
        Health.OVERDUE,
        Health.LOOPING,
        Health.RETRYING,
        Health.HELD,
        Health.IDLE,
    }
)
"""States of an agent whose program is believed to run."""
_SILENT = frozenset({Health.LATE, Health.INVESTIGATE, Health.OVERDUE})


ENDING, SUBAGENT, STRAY = "ending", "sub-agent", "stray"


def word_of(view: AgentView, verdict: Verdict) -> str:
    """The word for the state of an agent, the same on every surface: of its health, or what is said instead of it."""
    if view.record is not None and view.record.phase is Phase.STOPPING:
        return ENDING
    if view.inner is not None or (view.ghost and "/~" in view.id):
        return SUBAGENT
    return STRAY if view.stray is not None and not view.progress.lines else verdict.state.value


def is_in_state(word: str, view: AgentView, verdict: Verdict, need: Severity | None = None) -> bool:
    """Whether one of `model.state_words` is true of an agent. need: of `attention`, for what alerts alone speak of."""
    match word:
        case "silent":
            return verdict.state in _SILENT
        case "running":
            return verdict.state in RUNNING_STATES and verdict.state is not Health.IDLE
        case "problem":
            return need is not None or is_problem(verdict, view)
        case "unread":
            read = view.record is None or view.record.read_at is not None
            return view.results.state is ResultsState.VALID and not read
        case "ended":
            return view.record is not None and view.record.phase is Phase.ENDED
        case "ending":
            return view.record is not None and view.record.phase is Phase.STOPPING
        case "sub-agent":
            return view.inner is not None
        case "stray":
            return view.stray is not None
        case _:
            return verdict.state.value == word
