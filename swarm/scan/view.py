"""The frozen view of an agent that surfaces get."""

from swarm.model.activity import ActivityState, SubAgent, Tokens
from swarm.model.agent import Exit
from swarm.model.record import Observed
from swarm.model.ref import Ref
from swarm.model.reports import Progress, Results
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.protocol.names import name_of
from swarm.sanitize import clean
from swarm.scan.problems import problems_of
from swarm.scan.tracked_agent import NO_PROGRESS, Entry

ENDED_LINES = 12
STEADY_S = 5.0
"""Seconds by which the last sign of life that a view tells of may be older than the last one."""
_NO_RESULTS = Results()


def see(entry: Entry, now: Now) -> AgentView:
    """The view of it; the same object as before where nothing changed."""
    view = _view(entry, now)
    if entry.view is None or view != entry.view:
        entry.view = view
    return entry.view


def _view(entry: Entry, now: Now) -> AgentView:
    files, known = entry.files, entry.known
    spec = entry.spec
    progress = files.progress if files else NO_PROGRESS
    if entry.over and len(progress.lines) > ENDED_LINES:
        progress = Progress(progress.lines[-ENDED_LINES:], progress.fingerprint, progress.mtime, progress.error)
    spawn_id = known.spawn_id if known else spec.spawn_id if spec else ""
    if entry.inner is not None:
        return _inner(entry, entry.inner)
    follower = entry.follower
    unread = follower is not None and not follower.caught_up and follower.behind > 0
    activity = follower.activity if follower is not None and not unread and not follower.error else None
    activity, heard = _steady(entry.view, activity, _heard(entry) if activity is not None else None)
    tokens, cost_usd = used_up(entry)
    return AgentView(
        id=entry.id,
        name=clean(entry.directory.name, 255) if entry.directory else name_of(entry.id),
        role=known.role if known else spec.role if spec else "",
        parent=entry.parent,
        depth=entry.depth,
        spawn_id=spawn_id,
        foreign=known is None and not (entry.is_root and spec is not None),
        ghost=entry.ghost,
        spec=spec,
        record=known,
        progress=progress,
        results=files.results if files else _NO_RESULTS,
        exit=_exit(entry, spawn_id),
        observed=entry.observed or Observed(),
        changed_at=entry.changed_at,
        liveness=entry.liveness,
        usage=entry.usage,
        budget=entry.budget,
        used=entry.used,
        children=entry.children,
        problems=tuple(problems_of(entry, now)),
        activity=activity,
        heard=heard,
        unread=unread,
        tokens=tokens,
        cost_usd=cost_usd,
    )


def _steady(
    before: AgentView | None, activity: ActivityState | None, heard: float | None
) -> tuple[ActivityState | None, float | None]:
    """What was shown before, where it has but gone on: rows are not drawn again for every sign of life."""
    if before is None or before.activity is None or before.heard is None or activity is None or heard is None:
        return activity, heard
    same = replace(activity, last_at=before.activity.last_at) == before.activity
    return (before.activity, before.heard) if same and 0 <= heard - before.heard < STEADY_S else (activity, heard)


def _heard(entry: Entry) -> float | None:
    """When its program last gave a sign of life. While it was paused it could not: that time does not count."""
    if entry.heard is None or entry.record is None:
        return entry.heard
    return entry.heard + max(0.0, entry.record.paused_total - entry.heard_paused)


def _inner(entry: Entry, inner: SubAgent) -> AgentView:
    """A sub-agent of a program's own: all that is known of it is what the program says."""
    return AgentView(
        id=entry.id,
        name=clean(inner.description, 80) or name_of(entry.id),
        role=clean(inner.kind, 40),
        parent=entry.parent,
        depth=entry.depth,
        foreign=True,
        ghost=True,
        children=entry.children,
        budget=entry.budget,
        used=entry.used,
        description=clean(inner.description, 200),
        inner=inner,
        changed_at=inner.since or None,
    )


def used_up(entry: Entry) -> tuple[Tokens | None, float | None]:
    """Tokens and dollars of all its runs: read so far of a living one, as recorded of one that has ended."""
    known = entry.known
    if entry.follower is not None:
        if entry.follower.behind and not entry.follower.caught_up:
            return None, None  # a part is no total; once it was read, a burst makes it but a little late
        return entry.follower.activity.tokens, entry.follower.activity.cost_usd
    if known is None or known.tokens is None:
        return None, None
    return Tokens(*known.tokens), known.cost_usd


def _exit(entry: Entry, spawn_id: str) -> Exit | None:
    """exit.json, where it speaks of this spawn: a late word never hits a namesake."""
    return Ref(entry.id, spawn_id).match(entry.files.exit.value) if entry.files else None
