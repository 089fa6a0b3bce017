"""Between two heartbeats: limits that are used up, orders to readers, a service that refuses, a root's long turn."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from swarm.admission import spawn_gate
from swarm.ending.notices import tell_parents
from swarm.errors import SwarmError
from swarm.heartbeat.between import raise_now
from swarm.heartbeat.end_for_cause import end_for_cause
from swarm.heartbeat.root import stop_overdue_turn
from swarm.heartbeat.trespassers import act_on_trespassers
from swarm.home.context import Home
from swarm.home.reserve import fill
from swarm.lifecycle.messaging import ask_what_it_costs, settle_idle_sessions
from swarm.lifecycle.take_up import take_up_due
from swarm.model.actor import ENGINE
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.disk import Room
from swarm.model.plan import Action
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.rules.costs import spent
from swarm.rules.disk import words
from swarm.rules.due_for_problems import due_for_problems
from swarm.rules.kills import kills
from swarm.rules.limits import agents_in_play, due_for_limits, in_play, swarm_over, unpriced_alerts
from swarm.rules.outage import outage
from swarm.rules.verdicts import verdicts

if TYPE_CHECKING:
    from swarm.scan.scanner import Scanner

EVERY_S = 15.0
"""Seconds between two looks: what an agent uses up meanwhile is small beside any limit."""
_looked: "WeakKeyDictionary[Scanner, float]" = WeakKeyDictionary()
ASKED = 2
"""Questions after which an answer holds all that was used: a request that still runs is counted at its end."""
_asked: "WeakKeyDictionary[Scanner, dict[str, tuple[int, int]]]" = WeakKeyDictionary()
"""By spawn id: what an agent had used when it was last asked what that costs, and how often it was asked since."""


def monitor_agents(home: Home, scanner: "Scanner", snapshot: Snapshot, *, every: float = EVERY_S) -> None:
    """Checks, once in `every` seconds, what cannot wait for the next heartbeat. Raises SwarmError.

    Agents over their limits are ended, and those in whose texts orders to readers are found, where the policy says so;
    who writes what another one owns is named, frozen or ended.
    An outage of the model service or a full disk closes the spawn gate, an overdue turn of the root is stopped, agents
    that wait for their service are taken up when they are due, and idle sessions are asked for results or closed.
    Called by the owner of the heartbeat.
    """
    at = time.monotonic()
    if at - _looked.get(scanner, float("-inf")) < every:
        return
    _looked[scanner] = at
    engine = replace(home, actor=ENGINE)
    now = home.now()
    judged = verdicts(snapshot, home.policy, now)
    over = swarm_over(spent(snapshot, now), home.policy)
    with suppress(SwarmError):
        fill(home.layout)
    found = {
        AlertCause.SWARM_LIMIT: over,
        AlertCause.SERVICE: outage(snapshot, judged, home.policy, now),
        AlertCause.DISK: words(snapshot.disk) if snapshot.disk.room is Room.NONE else "",
    }
    with _as_far_as_the_disk_takes_it():
        spawn_gate.update(engine, {cause: text for cause, text in found.items() if text})
    due, _ = due_for_limits(agents_in_play(snapshot), judged, home.policy, over)
    due = {**due_for_problems(snapshot, judged, home.policy, between=True), **due}
    for action in kills(snapshot, judged, due):
        if action.kind is ActionKind.KILL:
            with _as_far_as_the_disk_takes_it():
                _end(engine, scanner, action)
    with _as_far_as_the_disk_takes_it():
        act_on_trespassers(engine, scanner, snapshot, judged)
    # After the limits: a program that kept to its limit by itself has ended its turn, and is ended for the limit.
    settle_idle_sessions(engine, snapshot.agents)
    _say_what_is_unpriced(engine, snapshot)
    stop_overdue_turn(engine)
    if not over and not found[AlertCause.DISK]:
        take_up_due(engine, snapshot)
    _ask_what_it_costs(engine, scanner, snapshot)
    tell_parents(engine)


@contextmanager
def _as_far_as_the_disk_takes_it() -> Iterator[None]:
    """Goes on where the disk did not take the record of the block: who is over a limit is ended on a full one, too."""
    try:
        yield
    except SwarmError as error:
        if not error.is_of_disk:
            raise


def _ask_what_it_costs(home: Home, scanner: "Scanner", snapshot: Snapshot) -> None:
    """Asks programs in a turn what they cost, where they used more since the last time: some report it only then."""
    before = _asked.get(scanner, {})
    asked: dict[str, tuple[int, int]] = {}
    for view in snapshot.agents:
        if view.record is None or view.activity is None or not view.activity.in_turn or not in_play(view):
            continue
        used = view.tokens.total if view.tokens is not None else 0
        known, times = before.get(view.spawn_id, (0, 0))
        times = times if known == used else 0
        if used and (times >= ASKED or ask_what_it_costs(home, view.record)):
            asked[view.spawn_id] = (used, min(times + 1, ASKED))
    _asked[scanner] = asked


def _say_what_is_unpriced(home: Home, snapshot: Snapshot) -> None:
    """Raises the alert that a limit in dollars does not hold, where it is not raised yet: heartbeats raise it again."""
    if any(alert.cause is AlertCause.PRICE_UNKNOWN for alert in snapshot.alerts):
        return
    for action in unpriced_alerts(agents_in_play(snapshot), home.policy):
        raise_now(home, "", AlertCause.PRICE_UNKNOWN, action.reason)


def _end(home: Home, scanner: "Scanner", action: Action) -> None:
    spared, _ = end_for_cause(home, scanner, action)
    if not spared and action.cause is not None:
        raise_now(home, action.agent, action.cause, action.reason, action.spawn_id)
