"""The ledger's content as a frozen value, and the pure functions that make the next one out of it."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from swarm.model.account import Account
from swarm.model.audit_line import AuditLine
from swarm.model.bounds import Count, NonEmpty, Seconds, Text
from swarm.model.causes import AlertCause, Course
from swarm.model.record import Alert, Holder, QueueEntry, Record
from swarm.model.stray import Dismissal
from swarm.model.time import Epoch
from swarm.model.values import replace

MAX_ALERTS = 500
MAX_REVISION = 10**12
"""No home commits as often: a higher number was planted."""


class State(Struct, frozen=True, omit_defaults=True):
    """One revision of state.json. Changed by `replace` and the functions below, in a commit."""

    revision: Annotated[int, Meta(ge=1, le=MAX_REVISION)]
    home_id: NonEmpty
    """Random, made by init: tells a home from its copy."""
    epoch: Epoch
    """Awake time as of this revision."""
    agents: Mapping[str, Record] = {}
    """By id: the newest spawn of each."""
    queue: tuple[QueueEntry, ...] = ()
    """Spawns that wait for a slot, in order."""
    alerts: tuple[Alert, ...] = ()
    heartbeat_n: Count = 0
    heartbeat_last_at: Seconds | None = None
    """Wall seconds."""
    heartbeat_last: Seconds | None = None
    """Awake seconds."""
    schedule_due: tuple[Text, ...] = ()
    """Roles of the schedule that found no room at their turn: they stay due until they have run, once."""
    heartbeat_epoch: Epoch | None = None
    """The clocks at the last heartbeat: after a hole in time since then, the next one ends no agent."""
    running: Holder | None = None
    """Who executes a heartbeat just now."""
    owner: Holder | None = None
    """Who beats automatically in this home."""
    branches_closed: frozenset[Text] = frozenset()
    """Ids whose subtree is being stopped: nothing is spawned below them."""
    last_start: Seconds = 0.0
    """Awake seconds of the last start of a program; starts are staggered."""
    frozen_all: bool = False
    crashes: Mapping[str, tuple[Seconds, ...]] = {}
    """By id: awake seconds of its last failed spawns (protocol.md, Processes: crash loops)."""
    audited: Count = 0
    """Number of the last record in the audit log before this commit: a log that ends below it has lost some."""
    owed: tuple[AuditLine, ...] = ()
    """The audit lines of this revision, and those of earlier ones that could not be written."""
    outcomes: tuple[Count, Count] = (0, 0)
    """Checked outcomes that the next heartbeat counts: those that were there, and those that were not."""
    dismissed: tuple[Dismissal, ...] = ()
    """What the operator says is no agent of this swarm, oldest first."""
    account: Account = Account()
    """What was used up by agents that are not in here any more, and the totals of the last day."""
    role_files: Mapping[str, Text] = {}
    """The hash of each file in `roles/` at the last heartbeat, by its path in the home."""
    extra: Mapping[str, Any] = {}
    """Keys of a newer version: they survive."""


def with_record(state: State, record: Record) -> State:
    """Returns the state with this record as the one of its id."""
    return replace(state, agents={**state.agents, record.id: record})


def without(state: State, agent_id: str) -> State:
    """The state without an agent; the same state where it has none of that id."""
    if agent_id not in state.agents:
        return state
    return replace(state, agents={key: record for key, record in state.agents.items() if key != agent_id})


def with_forgotten(before: State, after: State) -> State:
    """Returns `after` with what agents used up that it no longer holds: spawned anew, dropped, or lost in a rebuild."""
    account = after.account
    for agent_id, record in before.agents.items() if after.agents is not before.agents else ():
        if (
            after.agents.get(agent_id) is not record
            and record.ref.find(after.agents) is None
            and (record.tokens is not None or record.cost_usd)
        ):
            account = account.with_use_of(record)
    return after if account == after.account else replace(after, account=account)


def raise_alert(state: State, agent: str, cause: AlertCause, text: str, spawn_id: str, wall: float) -> State:
    """The state with an alert: one per (agent, spawn, cause), counted when it comes again.

    wall: wall seconds. An alert that was acknowledged stays so until `clear_alert`; only what recurs opens it anew, or
    another text of what renews.
    """
    new = Alert(agent, cause, text, spawn_id, wall, wall)
    old = next((alert for alert in state.alerts if alert.key == new.key), None)
    if old is None:
        return replace(state, alerts=_trim((*state.alerts, new)))
    counted = replace(old, text=text, last_at=wall, count=old.count + 1)
    again = cause.course is Course.RECURS or (cause.course is Course.RENEWS and text != old.text)
    if again and old.acked_at is not None:
        counted = replace(counted, first_at=wall, acked_at=None, acked_by="")
    return replace(state, alerts=tuple(counted if alert is old else alert for alert in state.alerts))


def clear_alert(state: State, agent: str, cause: AlertCause, spawn_id: str = "") -> State:
    """The state without that alert: its condition is over. What happened stays in the audit log."""
    key = Alert(agent, cause, "", spawn_id).key
    kept = tuple(alert for alert in state.alerts if alert.key != key)
    return state if len(kept) == len(state.alerts) else replace(state, alerts=kept)


def _trim(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """At most MAX_ALERTS: acknowledged ones go first, then the oldest."""
    surplus = len(alerts) - MAX_ALERTS
    if surplus <= 0:
        return alerts
    going = sorted(alerts, key=lambda alert: (alert.acked_at is None, alert.last_at))[:surplus]
    keys = {alert.key for alert in going}
    return tuple(alert for alert in alerts if alert.key not in keys)
