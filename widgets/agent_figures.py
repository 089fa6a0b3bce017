"""The figures of an agent as cells of a row: age, outputs, slots, processor, memory, cost."""

from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from widgets.agent_words import AGEING, ended_at, is_ending, is_stray
from widgets.cells import Cell, coarse_duration, short_bytes, short_duration, short_money

_OVER = frozenset({Health.DONE, Health.DISPUTED, Health.FAILED, Health.KILLED, Health.LOST})


def age_figure(view: AgentView, verdict: Verdict, now: Now) -> str:
    """How long ago it wrote, began or ended, in five columns: the state's word stands beside it."""
    if is_ending(view):
        return ""
    if view.stray is not None and is_stray(view):
        return short_duration(max(0.0, now.wall - view.stray.started_at))
    if view.inner is not None and view.inner.since:
        return short_duration(now.wall - view.inner.since)
    if verdict.state in AGEING and verdict.age is not None:
        return short_duration(verdict.age)
    if verdict.state in _OVER and (ended := ended_at(view)) is not None:
        return coarse_duration(now.wall - ended)
    return ""


def ages_by_itself(view: AgentView, verdict: Verdict) -> bool:
    """Whether its age is counted from what is known of the agent, and not by the verdict on it."""
    return view.stray is not None or view.inner is not None or verdict.state in _OVER


def cpu_cell(view: AgentView) -> Cell:
    """`41%` of one processor, for all its processes."""
    return Cell(f"{view.usage.cpu_percent:.0f}%" if view.usage is not None else "")


def memory_cell(view: AgentView) -> Cell:
    """`410 MiB`, for all its processes."""
    return Cell(short_bytes(view.usage.rss_bytes) if view.usage is not None else "")


def cost_cell(view: AgentView) -> Cell:
    """`$3.10`, its own over all its runs; `$?` where no price is known for what it used."""
    if view.cost_usd is None:
        return Cell("$?" if view.unpriced else "", "muted")
    return Cell(f"{short_money(view.cost_usd)}{'+' if view.unpriced else ''}")
