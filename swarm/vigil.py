"""Between two heartbeats: limits that are used up, a service that refuses, a root's turn that takes too long."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from swarm import standstill
from swarm.home import Home
from swarm.kills import kills
from swarm.limits import LIMIT, SWARM_LIMIT, due_for_limits, in_play, swarm_over
from swarm.model import ENGINE, Act, Action, Snapshot
from swarm.outage import SERVICE, outage
from swarm.plan import verdicts
from swarm.requests import Ended
from swarm.root import stop_overdue_turn, stop_turn
from swarm.speaking import ask_what_it_costs
from swarm.state import State, raise_alert
from swarm.stopwork import Order
from swarm.tending import tend
from swarm.verbs.kill import Target, end_subtree

if TYPE_CHECKING:
    from swarm.scan import Scanner

EVERY_S = 15.0
"""Seconds between two looks: what an agent uses up meanwhile is small beside any limit."""
_looked: "WeakKeyDictionary[Scanner, float]" = WeakKeyDictionary()
_asked: "WeakKeyDictionary[Scanner, dict[str, int]]" = WeakKeyDictionary()
"""By spawn id: what an agent had used when it was last asked what that costs."""


def keep(home: Home, scanner: "Scanner", snapshot: Snapshot, *, every: float = EVERY_S) -> None:
    """Looks once in `every` seconds whether anybody has used up what it may, and ends it; whether the service refuses
    the swarm, and lets nobody start; whether the root's turn takes too long, and ends it; whose program waits for words
    that nobody will say. Raises SwarmError.

    Done by whoever owns the heartbeat. What it finds is what the next heartbeat would find, only sooner.
    """
    at = time.monotonic()
    if at - _looked.get(scanner, float("-inf")) < every:
        return
    _looked[scanner] = at
    engine = replace(home, actor=ENGINE)
    tend(engine, snapshot.agents)
    now = home.now()
    judged = verdicts(snapshot, home.policy, now)
    over = swarm_over(snapshot, home.policy, now)
    found = {SWARM_LIMIT: over, SERVICE: outage(snapshot, judged, home.policy, now)}
    standstill.update(engine, {cause: text for cause, text in found.items() if text})
    due, _ = due_for_limits(snapshot, judged, home.policy, over)
    for action in kills(snapshot, judged, due):
        if action.act is Act.KILL:
            _end(engine, scanner, action)
    stop_overdue_turn(engine)
    _ask_what_it_costs(engine, scanner, snapshot)


def _ask_what_it_costs(home: Home, scanner: "Scanner", snapshot: Snapshot) -> None:
    """In the middle of a turn some programs tell a cost only where they are asked: those that have used more since."""
    before = _asked.get(scanner, {})
    asked: dict[str, int] = {}
    for view in snapshot.agents:
        if view.record is None or view.doings is None or not view.doings.in_turn or not in_play(view):
            continue
        used = view.tokens.total if view.tokens is not None else 0
        if used and (before.get(view.spawn_id) == used or ask_what_it_costs(home, view.record)):
            asked[view.spawn_id] = used
    _asked[scanner] = asked


def _end(home: Home, scanner: "Scanner", action: Action) -> None:
    spared, _ = end_for_limit(home, scanner, action)
    if not spared:
        say(home, action.agent, LIMIT, action.reason, action.spawn_id)


def end_for_limit(home: Home, scanner: "Scanner", action: Action) -> tuple[str, list[Ended]]:
    """Ends who has used up what it may, with all below it, after a second look at what it uses; of the root, its turn.

    Returns why it was spared ('' where it was not), and who was ended.
    """
    snapshot = scanner.hint([str(home.layout.agent(action.agent).path)])
    fresh = snapshot.agent(action.agent)
    if fresh is None or fresh.spawn_id != action.spawn_id:
        return "it is not there any more, or was spawned anew", []
    now = home.now()
    judged = verdicts(snapshot, home.policy, now)
    due, _ = due_for_limits(snapshot, judged, home.policy, swarm_over(snapshot, home.policy, now))
    if action.agent not in due:
        return f"a second look says {judged[action.agent].state}, and that its limit is not used up", []
    if action.agent == home.policy.root.id:
        return "", stop_turn(home, action.reason)
    order = Order(action.reason, home.policy.stop.grace, str(home.actor), automatic=True)
    return "", end_subtree(home, Target(action.agent, action.spawn_id), order)


def say(home: Home, agent: str, cause: str, text: str, spawn_id: str = "") -> None:
    """An alert between two heartbeats. Raises SwarmError."""

    def change(state: State) -> State:
        return raise_alert(state, agent, cause, text, spawn_id, home.clock.wall(), again=True)

    home.ledger.commit(change, purpose=f"say that {agent or 'the swarm'} has used up its limit")
