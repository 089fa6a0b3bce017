"""`status --json`: a snapshot with its verdicts as one document (the keys are cli.md's)."""

from collections.abc import Collection, Mapping, Sequence

from swarm.config.policy import Policy
from swarm.model.agent import Liveness, Usage
from swarm.model.health import Usefulness, Verdict
from swarm.model.heart import HeartState
from swarm.model.record import Alert
from swarm.model.reports import ResultsState
from swarm.model.review import Dispute, Review
from swarm.model.snapshot import AgentView, Slots, Snapshot
from swarm.model.time import Now
from swarm.rules.attention import Attention, attention
from swarm.rules.costs import Spending, spending, spent
from swarm.rules.heart import command, heart
from swarm.rules.outage import waits
from swarm.rules.results.disputes import disputes_in
from swarm.rules.results.outcomes import pass_rate
from swarm.rules.state_words import word_of
from swarm_tui.cli.commands.common import iso


def document(
    snapshot: Snapshot,
    verdicts: Mapping[str, Verdict],
    now: Now,
    policy: Policy,
    usage: Mapping[str, Usage] | None = None,
    wanted: Collection[str] | None = None,
) -> dict[str, object]:
    """Everything that a surface shows, parents before children; the caller adds `schema`.

    usage: what processes use, by id; agents of which nothing runs are not in it. None: what the snapshot says.
    wanted: ids of the agents that are listed, with their alerts and those of the swarm; None lists all.
    """
    slots = snapshot.slots
    beats = heart(snapshot, policy, now)
    by_agent = spending(snapshot)
    total = spent(snapshot, now)
    known = bool(total.cost_usd) or not total.unpriced
    return {
        "home": snapshot.home,
        "generation": snapshot.generation,
        "at": iso(now.wall),
        "heartbeat": {
            "n": snapshot.heartbeat_n,
            "last_at": iso(snapshot.heartbeat_last_at),
            "next_at": iso(next_beat(snapshot, policy, now)),
            "running": snapshot.heartbeat_running is not None,
            "state": beats.state,
            "by": beats.by or None,
            "stopped_s": _rounded(beats.stopped_s),
            "why": beats.why or None,
            "start": command(snapshot.home) if beats.state is HeartState.STOPPED else None,
            "passed": snapshot.beats[-1].passed if snapshot.beats else None,
            "outcomes": dict(snapshot.beats[-1].acceptance) if snapshot.beats else None,
            "outcomes_passed_percent": pass_rate(snapshot.beats),
        },
        "slots": {**slots_json(slots), "by_role": dict(slots.by_role)},
        "spent": {
            "tokens": total.tokens,
            "cost_usd": _dollars(total.cost_usd if known else None),
            "tokens_24h": total.tokens_24h,
            "cost_usd_24h": _dollars(total.cost_24h if known else None),
            "cost_usd_per_hour": _dollars(total.cost_per_hour if known else None),
            "unpriced": total.unpriced,
        },
        "needs_you": needs_json(attention(snapshot, verdicts)),
        "alerts": [
            alert_json(alert) for alert in snapshot.alerts if wanted is None or not alert.agent or alert.agent in wanted
        ],
        "agents": [
            _agent(
                view,
                verdicts[view.id],
                now,
                view.usage if usage is None else usage.get(view.id),
                by_agent[view.id],
            )
            for view in snapshot.agents
            if wanted is None or view.id in wanted
        ],
    }


def needs_json(found: Attention) -> dict[str, object]:
    """Who needs a person: the count that every surface shows, and of whom it is."""
    return {
        "count": found.count,
        "severity": found.severity,
        "agents": list(found.agents),
        "alerts": [{"agent": alert.agent or None, "cause": alert.cause} for alert in found.alerts],
    }


def slots_json(slots: Slots) -> dict[str, object]:
    """The slots of the swarm, added up."""
    return {
        "max": slots.max,
        "reserve": slots.reserve,
        "committed": slots.committed,
        "used": slots.used,
        "free": slots.free,
        "kept": dict(slots.kept),
    }


def next_beat(snapshot: Snapshot, policy: Policy, now: Now) -> float | None:
    """Wall seconds at which the next automatic heartbeat is due; None where no living process beats automatically."""
    owner = snapshot.owner
    if owner is None or heart(snapshot, policy, now).state is HeartState.STOPPED:
        return None
    if owner.next_at is not None:
        return owner.next_at
    last = snapshot.heartbeat_last_at
    return owner.since if last is None else last + (owner.period_s or policy.heartbeat.period)


def unread_seconds(view: AgentView, now: Now) -> float | None:
    """For how long its results have lain unread; None where there are none, or they were read."""
    record = view.record
    if view.results.state is not ResultsState.VALID or record is None or record.read_at is not None:
        return None
    since = record.ended_at if record.ended_at is not None else view.results.mtime
    return None if since is None else max(0.0, now.wall - since)


def claimed_outputs(view: AgentView) -> int | None:
    """The agent's own count of its outputs, as last given."""
    return next((line.outputs for line in reversed(view.progress.lines) if line.outputs is not None), None)


def _agent(view: AgentView, verdict: Verdict, now: Now, usage: Usage | None, used_up: Spending) -> dict[str, object]:
    last = view.progress.last
    spec = view.spec
    record = view.record
    alive = record is not None and record.process is not None and view.liveness is Liveness.ALIVE
    pid = usage.pid if usage is not None else record.process.pid if alive and record and record.process else None
    return {
        "id": view.id,
        "name": view.name,
        "role": view.role,
        "parent": view.parent,
        "depth": view.depth,
        "state": verdict.state.value,
        "word": word_of(view, verdict),
        "why": verdict.why,
        "next_state": verdict.next_state.value if verdict.next_state is not None else None,
        "next_in_s": _rounded(verdict.in_seconds),
        "age_s": _rounded(verdict.age),
        "usefulness": _usefulness(verdict.usefulness),
        "last_update": iso(view.changed_at),
        "sentence": last.sentence if last is not None else None,
        "outputs": view.observed.outputs if spec is not None and spec.outputs else None,
        "outputs_claimed": claimed_outputs(view),
        "slots": {"budget": view.budget, "used": view.used},
        "foreign": view.foreign,
        "ghost": view.ghost,
        "spawn_id": view.spawn_id or None,
        "description": view.description or None,
        "stray": _stray(view),
        "program": spec.program if spec is not None else record.program if record is not None else None,
        "model": spec.model or None if spec is not None else None,
        "pid": view.stray.process.pid if view.stray is not None else pid,
        "cpu_percent": _rounded(usage.cpu_percent) if usage is not None else None,
        "rss_bytes": usage.rss_bytes if usage is not None else None,
        "tokens": used_up.tokens,
        "cost_usd": _dollars(used_up.cost_usd),
        "subtree": {
            "tokens": used_up.tokens_below,
            "cost_usd": _dollars(used_up.cost_below),
            "unpriced": used_up.unpriced,
        },
        "worktree": _worktree(view),
        "doing": _doing(view),
        "waiting": _waiting(view),
        "disputes": disputes_json(disputes_in(view)),
        "review": review_json(record.review if record is not None else None),
        "unread_s": _rounded(unread_seconds(view, now)),
        "unread_beats": verdict.unread_beats,
        "problems": [{"code": problem.code, "text": problem.text} for problem in view.problems],
    }


def disputes_json(disputes: Sequence[Dispute]) -> list[dict[str, str]]:
    """What speaks against results."""
    return [{"kind": one.kind.value, "about": one.about} for one in disputes]


def review_json(review: Review | None) -> dict[str, object] | None:
    """What was decided about results; None where nobody has."""
    if review is None:
        return None
    return {"decision": review.decision.value, "by": review.by, "at": iso(review.at), "why": review.word}


def _usefulness(useful: Usefulness | None) -> dict[str, object] | None:
    """How useful what it does seems, of 100, and by which evidence; None where nothing can be said of that."""
    if useful is None:
        return None
    return {"score": useful.score, "evidence": useful.evidence, "quote": useful.quote or None}


def _stray(view: AgentView) -> dict[str, object] | None:
    """The process of a coding agent that the ledger does not know; None where it is none."""
    stray = view.stray
    if stray is None:
        return None
    return {
        "pid": stray.process.pid,
        "program": stray.program,
        "command": stray.command,
        "since": iso(stray.started_at),
        "tie": stray.tie.value,
        "cwd": stray.cwd or None,
    }


def _waiting(view: AgentView) -> dict[str, object] | None:
    """How it waits for its service, and when it is tried again; None where it does not wait."""
    waiting = waits(view)
    if waiting is None:
        return None
    return {
        "trouble": waiting.trouble,
        "why": waiting.why,
        "since": iso(waiting.since_at),
        "tries": waiting.tries,
        "next_try": iso(waiting.next_at),
    }


def _worktree(view: AgentView) -> dict[str, object] | None:
    """Its worktree with what is changed in it; None where it has none."""
    worktree, changes = view.spec.worktree if view.spec is not None else None, view.changes
    if worktree is None:
        return None
    return {
        "path": worktree.path,
        "branch": worktree.branch,
        "into": worktree.into or None,
        "changes": len(changes.files) if changes is not None and not changes.why else None,
        "uncommitted": changes.uncommitted if changes is not None and not changes.why else None,
        "commits": changes.commits if changes is not None and not changes.why else None,
    }


def _doing(view: AgentView) -> dict[str, object] | None:
    """The activity that its program reports; None where it reports none."""
    activity = view.activity
    if activity is None:
        return None
    return {
        "session": activity.session or None,
        "model": activity.model or None,
        "in_turn": activity.in_turn,
        "turns": activity.turns,
        "tools": [{"tool": tool.tool, "text": tool.text, "since": iso(tool.since)} for tool in activity.open_tools],
        "text": activity.last_text or None,
        "last_turn": {"ok": activity.turn_end.ok, "why": activity.turn_end.why} if activity.turn_end else None,
        "subagents": len(activity.subagents),
        "background": activity.background,
        "notes": [{"kind": note.kind, "text": note.text} for note in activity.notes],
        "retrying": activity.retrying or None,
        "retries": activity.retries,
        "context_tokens": activity.context,
        "context_limit": activity.context_limit,
        "context_percent": round(100 * activity.context / activity.context_limit, 1)
        if activity.context is not None and activity.context_limit
        else None,
        "denials": activity.denials,
        "last_at": iso(activity.last_at or None),
    }


def _dollars(cost: float | None) -> float | None:
    return None if cost is None else round(cost, 6)


def alert_json(alert: Alert) -> dict[str, object]:
    """An alert; its times are when it was first and last raised, and seen by a person."""
    return {
        "agent": alert.agent or None,
        "spawn_id": alert.spawn_id or None,
        "cause": alert.cause,
        "text": alert.text,
        "first_at": iso(alert.first_at),
        "last_at": iso(alert.last_at),
        "count": alert.count,
        "acked_at": iso(alert.acked_at),
        "acked_by": alert.acked_by or None,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None or number in (float("inf"), float("-inf")) or number != number else round(number, 1)
