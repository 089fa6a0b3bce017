"""The frozen view of an agent that surfaces get, and what the scan finds wrong with the agent."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from swarm.model.activity import IN_PLACE, ActivityState, Kind, Tokens
from swarm.model.agent import AgentSpec, Exit, Liveness
from swarm.model.causes import ProblemCode
from swarm.model.record import Observed, Phase, Ref
from swarm.model.reports import Progress, Results, ResultsState
from swarm.model.snapshot import AgentView, Problem
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.probes.disk_use import problems_of_disk
from swarm.probes.worktrees import problems_of_changes
from swarm.programs.model_names import same
from swarm.protocol.names import is_name, name_of
from swarm.sanitize import clean
from swarm.scan.absence import absence_of, problems_of_absence
from swarm.scan.text_problems import problems_of_texts
from swarm.scan.unrecorded_views import problem_of_stray, view_of_stray, view_of_subagent
from swarm.tracking.files import AgentFiles
from swarm.tracking.tracked_agent import FUTURE_TOLERANCE_S, NO_PROGRESS, TrackedAgent
from swarm.tracking.tree import Directory

if TYPE_CHECKING:
    from swarm.programs.follower import Follower

ENDED_LINES = 12
STEADY_S = 5.0
"""Seconds by which the last sign of life that a view tells of may be older than the last one."""
_NO_RESULTS = Results()


def view_of(agent: TrackedAgent, now: Now) -> AgentView:
    """The view of it; the same object as before where nothing changed."""
    view = _view(agent, now)
    if agent.view is None or view != agent.view:
        agent.view = view
    return agent.view


def _view(agent: TrackedAgent, now: Now) -> AgentView:
    files, known = agent.files, agent.known
    if agent.over:
        agent.shorten(ENDED_LINES)
    spec = agent.spec
    progress = files.progress if files else NO_PROGRESS
    absent = absence_of(agent)
    if absent and (agent.replaced or not progress.lines):
        progress = agent.last_words
    spawn_id = known.spawn_id if known else spec.spawn_id if spec else ""
    if agent.inner is not None:
        return view_of_subagent(agent, agent.inner)
    if agent.stray is not None and agent.directory is None:
        return view_of_stray(agent, agent.stray)
    follower = agent.follower
    unread = follower is not None and not follower.caught_up and follower.behind > 0
    activity = follower.activity if follower is not None and not unread and not follower.error else None
    activity, heard = _steady(agent.view, activity, _heard(agent) if activity is not None else None)
    tokens, cost_usd, unpriced = used_up(agent)
    return AgentView(
        id=agent.id,
        name=clean(agent.directory.name, 255) if agent.directory else name_of(agent.id),
        role=known.role if known else spec.role if spec else "",
        parent=agent.parent,
        depth=agent.depth,
        spawn_id=spawn_id,
        foreign=known is None and not (agent.is_root and spec is not None),
        ghost=agent.ghost,
        spec=spec,
        record=known,
        progress=progress,
        results=files.results if files and not agent.replaced else _NO_RESULTS,
        exit=_exit(agent, spawn_id),
        exit_why=files.exit.why if files and not agent.replaced else "",
        observed=agent.observed or Observed(),
        changed_at=agent.changed_at,
        absent=absent,
        liveness=agent.liveness,
        usage=agent.usage,
        budget=agent.budget,
        used=agent.used,
        children=agent.children,
        problems=tuple(problems_of(agent, now)),
        activity=activity,
        heard=heard,
        missing=agent.missing,
        unread=unread,
        changes=agent.changes,
        tokens=tokens,
        cost_usd=cost_usd,
        unpriced=unpriced,
        stray=agent.stray,
    )


def _steady(
    before: AgentView | None, activity: ActivityState | None, heard: float | None
) -> tuple[ActivityState | None, float | None]:
    """What was shown before, where it has only gone on: rows are not drawn again for every sign of life."""
    if before is None or before.activity is None or before.heard is None or activity is None or heard is None:
        return activity, heard
    same = replace(activity, last_at=before.activity.last_at) == before.activity
    return (before.activity, before.heard) if same and 0 <= heard - before.heard < STEADY_S else (activity, heard)


def _heard(agent: TrackedAgent) -> float | None:
    """When its program last gave a sign of life. While it was paused it could not: that time does not count."""
    if agent.heard is None or agent.record is None:
        return agent.heard
    return agent.heard + max(0.0, agent.record.paused_total - agent.heard_paused)


def used_up(agent: TrackedAgent) -> tuple[Tokens | None, float | None, bool]:
    """Tokens and dollars of all its runs, and whether the dollars leave some tokens out.

    They are read so far of a living one, as recorded of one that has ended.
    """
    known = agent.known
    if agent.follower is not None:
        if agent.follower.behind and not agent.follower.caught_up:
            return None, None, False  # a part is no total; once it was read, a burst makes it but a little late
        activity = agent.follower.activity
        return activity.tokens, activity.cost_usd, activity.unpriced or activity.untold
    if known is None or known.tokens is None:
        return None, None, False
    return Tokens(*known.tokens), known.cost_usd, known.unpriced


def _exit(agent: TrackedAgent, spawn_id: str) -> Exit | None:
    """exit.json, where it speaks of this spawn: a late word never hits a namesake."""
    return Ref(agent.id, spawn_id).match(agent.files.exit.value) if agent.files else None


CLOCK_TOLERANCE_S = 600.0
MANY_DENIALS = 3
"""Refused tool calls from which on it is said: one or two are how an agent learns where it may write."""


def problems_of(agent: TrackedAgent, now: Now) -> Iterator[Problem]:
    absent = absence_of(agent)
    yield from problems_of_absence(agent, absent)
    if agent.directory is not None:
        yield from _of_directory(agent, agent.directory)
    if agent.files is not None:
        yield from _of_files(agent, agent.files)
        if not absent:
            yield from _of_times(agent, agent.files.progress, now)
    yield from problems_of_texts(agent)
    if agent.follower is not None:
        yield from _of_program(agent.follower)
    if agent.stray is not None:
        yield problem_of_stray(agent.stray)
    elif agent.ghost:
        yield Problem(ProblemCode.GHOST, "it was not spawned through the engine, and counts in the budget above it")
    if agent.record is not None and agent.record.holds_slot and agent.used > agent.budget:
        yield Problem(ProblemCode.OVER_BUDGET, f"{agent.used} run in its subtree; its budget is {agent.budget}")
    yield from problems_of_changes(agent)
    yield from problems_of_disk(agent)
    yield from (Problem(code, text) for code, text in agent.faults.items())
    yield from _of_processes(agent)


def _of_processes(agent: TrackedAgent) -> Iterator[Problem]:
    if agent.origin is not None:
        how = "this home is a copy, and leaves its processes alone" if agent.origin.copied else "this home was moved"
        yield Problem(ProblemCode.MOVED, f"it runs for {agent.origin.home}: {how}")
    if agent.unkept:
        yield Problem(
            ProblemCode.KEEPER,
            "its keeper is gone: it works on, hears nothing new, and its end will be found out and not told; "
            "ending it now looks for all that is left of it",
        )
    waits = agent.record is not None and agent.record.phase is Phase.WAITING  # its process has ended, as is known
    if agent.liveness is Liveness.STRANGER and not waits:
        yield Problem(ProblemCode.STRANGER, "the process number in the ledger belongs to another process now")


def _of_directory(agent: TrackedAgent, directory: Directory) -> Iterator[Problem]:
    if directory.error:
        yield Problem(ProblemCode.UNREADABLE, f"its directory cannot be listed: {directory.error}")
    if "%" in agent.id or not all(map(is_name, agent.id.split("/"))):
        yield Problem(
            ProblemCode.BAD_NAME, f"its id {agent.id[:300]} is not one that verbs take: a-z, 0-9, dot, dash, underscore"
        )
    if directory.parent is not None and directory.name in directory.parent.twins:
        yield Problem(
            ProblemCode.TWIN, "another directory here differs only in case or Unicode form; some disks mix them up"
        )
    if directory.links:
        yield Problem(ProblemCode.LINK, f"links are not followed: {some_names(directory.links)}")
    here = [glob for glob in (agent.spec.outputs if agent.spec else ()) if "/" not in glob.removeprefix("./")]
    for name, meant in directory.misspelt:
        if not any(fnmatchcase(name, glob.removeprefix("./")) for glob in here):  # `work/*` says nothing of this place
            yield Problem(
                ProblemCode.MISSPELT,
                f"{clean(name, 100)} looks like {meant}; the engine does not read it under that name",
            )


def _of_files(agent: TrackedAgent, files: AgentFiles) -> Iterator[Problem]:
    if files.progress.error:
        yield Problem(ProblemCode.UNREADABLE, f"progress.md {files.progress.error}")
    if files.progress.unread:
        yield Problem(
            ProblemCode.STAMPS,
            f"its stamps cannot be read, such as {clean(files.progress.unread, 60)}; write them as YYYY-MM-DD HH:MM",
        )
    if files.results.state is ResultsState.INVALID:
        yield Problem(ProblemCode.RESULTS_INVALID, f"results.json: {files.results.why}")
    if files.exit.why:
        yield Problem(ProblemCode.UNREADABLE, f"exit.json: {files.exit.why}")
    if files.spec.why:
        yield Problem(ProblemCode.SPEC_INVALID, f"agent.json: {files.spec.why}")
    yield from _of_spec(agent, files.spec.value)


def _of_spec(agent: TrackedAgent, spec: AgentSpec | None) -> Iterator[Problem]:
    if agent.record is not None and agent.record.phase is not Phase.QUEUED:
        if spec is None and agent.files is not None and not agent.files.spec.why:
            yield Problem(ProblemCode.SPEC_INVALID, "agent.json is missing")
        elif spec is not None and agent.record.ref.match(spec) is None:
            yield Problem(
                ProblemCode.SPEC_INVALID,
                f"agent.json is of spawn {spec.spawn_id}, the ledger of {agent.record.spawn_id}",
            )
    elif spec is not None and agent.known is None and not agent.is_root:
        yield Problem(
            ProblemCode.RECORD_MISSING, f"the ledger has no record of its spawn {spec.spawn_id}; heartbeats spare it"
        )


def _of_program(follower: "Follower") -> Iterator[Problem]:
    """What a living program says of itself that a person should know."""
    if follower.error:
        yield Problem(ProblemCode.UNREADABLE, f"log/stdout {follower.error}")
    if not follower.caught_up:
        return
    activity = follower.activity
    if activity.model and not same(activity.ordered_model, activity.model):
        yield Problem(ProblemCode.MODEL, f"{activity.model} {IN_PLACE} {activity.ordered_model}")
    if activity.turn_end is not None and not activity.turn_end.ok and activity.turn_end.trouble is None:
        yield Problem(
            ProblemCode.TURN_FAILED, f"its last turn failed: {activity.turn_end.why or 'it does not say why'}"
        )
    for note in activity.notes:
        if note.kind is Kind.TURN_ENDED and activity.turn_end is not None:
            continue  # the one above says it, or the turn after it ended well
        if note.kind is not Kind.MODEL_CHANGED:  # the first one says whether it still does
            code = ProblemCode.MCP if note.kind is Kind.MCP_SERVER else ProblemCode.PROGRAM
            yield Problem(code, note.text)
    if activity.denials >= MANY_DENIALS:
        yield Problem(
            ProblemCode.DENIED, f"{activity.denials} tool calls were refused, the last: {activity.denied[-1]}"
        )


def _of_times(agent: TrackedAgent, progress: Progress, now: Now) -> Iterator[Problem]:
    if progress.mtime is not None and progress.mtime > now.wall + FUTURE_TOLERANCE_S:
        yield Problem(
            ProblemCode.FUTURE_MTIME, "the time of progress.md lies in the future; its age is from our own observation"
        )
    last = progress.last
    if last is None or last.stamp is None or last.whole_day or agent.changed_at is None or agent.over:
        return
    off = last.stamp - agent.changed_at
    # What is foreign may be an old copy: its stamps are the better witness, unless they lie in the future.
    if abs(off) > CLOCK_TOLERANCE_S and (agent.known is not None or last.stamp > now.wall + CLOCK_TOLERANCE_S):
        way = "ahead of" if off > 0 else "behind"
        yield Problem(
            ProblemCode.CLOCK,
            f"its last stamp {last.stamp_text} is {abs(off) / 60:.0f} min {way} when we saw it change",
        )


def some_names(names: tuple[str, ...]) -> str:
    """The first three of some names, and how many more there are."""
    shown = ", ".join(clean(name, 60) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
