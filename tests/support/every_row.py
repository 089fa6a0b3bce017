"""A canned swarm with one row of every kind that the tree can show, for what has to hold on all of them."""

from collections.abc import Iterator
from typing import Any

from swarm.model.activity import SubAgent
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.record import Alert, Ending, Phase
from swarm.model.snapshot import AgentView, Problem, Snapshot
from swarm.model.stray import Stray, Tie
from tests.support.canned import A_WORKTREE, SOME_CHANGES
from tests.support.swarms import (
    HEARTBEAT_N,
    MINUTE,
    NOW,
    a_snapshot,
    a_spec,
    a_view,
    an_exit,
    an_identity,
    every_state,
    many,
    results,
    some_beats,
)

_ENDED: dict[str, Any] = {"phase": Phase.ENDED, "ending": Ending.DONE, "collected_n": HEARTBEAT_N - 3}


def _beyond_health() -> Iterator[AgentView]:
    """Rows that a state of health does not tell apart."""
    in_worktree = a_spec("ended-in-worktree", worktree=A_WORKTREE, outputs=("out/*.md",))
    yield a_view("leader", role="idea-meta", slots=4)
    yield a_view("leader/worker", spec=a_spec("leader/worker", worktree=A_WORKTREE), changes=SOME_CHANGES)
    yield a_view("done-unread", results=results(), ended_ago=50 * MINUTE, exit=an_exit("done-unread", 0), **_ENDED)
    yield a_view("done-read", results=results(), read_at=NOW.wall - MINUTE, ended_ago=50 * MINUTE, **_ENDED)
    yield a_view("ended-in-worktree", spec=in_worktree, changes=SOME_CHANGES, results=results(), **_ENDED)
    yield a_view("unverified", unverified="two processes may be left", **{**_ENDED, "ending": Ending.KILLED})
    yield a_view("over-budget", slots=1, problems=(Problem(ProblemCode.OVER_BUDGET, "3 run; its budget is 1"),))
    yield a_view("leader/ghost", record=None, ghost=True, problems=(Problem(ProblemCode.GHOST, "not spawned here"),))
    yield a_view("/foreign", "Importing notes.", record=None)
    inner = SubAgent("toolu_01", "Compare the pages", "explore", since=NOW.wall - MINUTE)
    yield a_view("leader/~toolu_01", record=None, ghost=True, name=inner.description, inner=inner)
    stray = Stray(an_identity(4711), "claude", "claude -p x", NOW.wall - MINUTE, "genesis-01/leader", Tie.DESCENT)
    yield a_view("leader/@claude-4711", record=None, ghost=True, name="claude", stray=stray)


def every_row(more: int = 0) -> Snapshot:
    """One agent of each state of health, and of each other kind of row. more: so many usual ones beside them."""
    views = (*every_state().values(), *_beyond_health())
    usual = [view for view in many(more).agents if view.parent is not None] if more else []
    alerts = (
        Alert("genesis-01/looping", AlertCause.LOOPING, "it goes round", "spawn-looping", NOW.wall, NOW.wall),
        Alert("", AlertCause.DISK_NEAR, "5 % of the disk are left", "", NOW.wall, NOW.wall),
    )
    return a_snapshot(*views, *usual, alerts=alerts, beats=some_beats(), queue=("genesis-01/queued",))


def row_ids() -> tuple[str, ...]:
    """The ids of those rows, without the usual ones."""
    return tuple(view.id for view in every_row().agents)
