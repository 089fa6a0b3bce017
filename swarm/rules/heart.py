"""Whether the heart of the swarm beats: one verdict for the control room, `status`, `--line`, `--json` and the alerts.

A scheduler that was killed leaves its name and its next time in the ledger. To see this alert: let `swarm-tui run` beat
while an agent runs, and kill it with SIGKILL, or stop it with SIGSTOP for more than a period and a minute. Pure.
"""

import shlex
from collections.abc import Callable

from swarm.config.policy import Policy
from swarm.model.causes import AlertCause
from swarm.model.heart import Heart, HeartState
from swarm.model.record import Alert, Holder, Record
from swarm.model.snapshot import Snapshot
from swarm.model.time import Now

PERIODS_WITHOUT_BEAT = 2
"""With so many periods since the last heartbeat, it has stopped, whoever is there."""
SLACK_S = 60.0
"""Seconds that a heartbeat may be late beyond a period: a busy machine is no dead one."""


def heart(snapshot: Snapshot, policy: Policy, now: Now) -> Heart:
    """Returns how the heart stands. An owner that has died or does not beat counts as stopped at once.

    Where no process owns the heartbeat, it has stopped once agents have lived for two periods without one; with
    `[heartbeat] auto = false` that is the operator's wish.
    """
    owner, running = snapshot.owner, snapshot.heartbeat_running
    if owner is None and running is None and not policy.heartbeat.auto:
        return Heart(HeartState.BY_HAND)
    period = (owner.period_s if owner is not None else 0.0) or policy.heartbeat.period
    missed = _is_unbeaten(snapshot, now, PERIODS_WITHOUT_BEAT * period + SLACK_S)
    if running is not None:
        if missed and now.wall - running.since > period + SLACK_S:
            return _stopped(snapshot, now, running, f"{_named(running)} began a heartbeat and does not end it")
        return Heart(HeartState.BEATING, running.by)
    if owner is None:
        if missed:
            return _stopped(snapshot, now, None, "agents run, and no process beats in this home")
        return Heart(HeartState.BY_HAND)
    if snapshot.owner_gone:
        return _stopped(snapshot, now, owner, f"{_named(owner)} had the heartbeat, and is gone")
    if is_overdue(owner, now):
        return _stopped(snapshot, now, owner, f"{_named(owner)} has the heartbeat, and does not beat")
    if missed and snapshot.heartbeat_last is not None:
        return _stopped(snapshot, now, owner, f"the heartbeats of {_named(owner)} fail")
    return Heart(HeartState.BEATS, owner.by, owner.next_at)


def is_overdue(owner: Holder, now: Now) -> bool:
    """Whether an owner has let its time pass by more than a period: stopped, hung, or where no look reaches it."""
    return owner.due is not None and now.awake > owner.due + owner.period_s + SLACK_S


def command(home: str) -> str:
    """The command that makes the heart of this home beat again, or keeps it beating without a control room."""
    return f"swarm-tui -C {shlex.quote(home)} run"


def advice(home: str) -> str:
    """The same as a sentence."""
    return f"Start it again: {command(home)}"


def alert_of(snapshot: Snapshot, policy: Policy, now: Now) -> Alert | None:
    """The alert that the heart has stopped; None while it has not. No process is there to keep it in the ledger."""
    found = heart(snapshot, policy, now)
    if found.state is not HeartState.STOPPED:
        return None
    since = snapshot.heartbeat_last_at
    if since is None:
        since = snapshot.owner.since if snapshot.owner is not None else _oldest(snapshot, lambda each: each.spawned_at)
    return Alert("", AlertCause.HEART_STOPPED, f"{found.why}. {advice(snapshot.home)}", "", since or 0.0, since or 0.0)


def _silence(snapshot: Snapshot, now: Now) -> float | None:
    """Awake seconds since the last heartbeat; before the first one, since the oldest living agent was spawned.

    None where no heartbeat is missed: there is neither an agent nor an owner.
    """
    last = snapshot.heartbeat_last
    if last is not None and snapshot.owner is not None:
        return now.awake - last
    oldest = _oldest(snapshot, lambda each: each.spawned)
    if oldest is None:
        return None
    return now.awake - (oldest if last is None else last)


def _is_unbeaten(snapshot: Snapshot, now: Now, seconds: float) -> bool:
    """Whether for longer than this a heartbeat could have been, and was not.

    A silence from before is nobody's who came since.
    """
    last, owner = snapshot.heartbeat_last, snapshot.owner
    if last is not None and now.awake - last <= seconds:
        return False  # without asking every agent: it is so at nearly every look
    silent = _silence(snapshot, now)
    if silent is None:
        return False
    if owner is not None:
        return min(silent, now.wall - owner.since) > seconds
    oldest = _oldest(snapshot, lambda each: each.spawned)
    return min(silent, silent if oldest is None else now.awake - oldest) > seconds


def _oldest(snapshot: Snapshot, when: Callable[[Record], float]) -> float | None:
    """When the oldest living agent was spawned; the root does not count, which only heartbeats wake."""
    others = (view.record for view in snapshot.agents if view.id != snapshot.root)
    return min((when(record) for record in others if record is not None and record.live), default=None)


def _stopped(snapshot: Snapshot, now: Now, who: Holder | None, why: str) -> Heart:
    since = _silence(snapshot, now)
    if since is None:
        since = now.wall - who.since if who is not None else 0.0
    return Heart(HeartState.STOPPED, who.by if who is not None else "", None, max(0.0, since), why)


def _named(holder: Holder) -> str:
    """`run (pid 4211)`; a control room has its pid in its name."""
    pid = str(holder.process.pid)
    return holder.by if holder.by.endswith(f":{pid}") else f"{holder.by} (pid {pid})"
