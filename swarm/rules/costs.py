"""What the swarm has used up: in all, in the last 24 hours, per hour; from heartbeat records and the ledger's marks."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from msgspec import Struct

from swarm.formatting import parse_stamp
from swarm.model.account import Account, Mark
from swarm.model.beat import Beat
from swarm.model.record import Record
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.model.values import replace

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
SHORTEST_S = 60.0
"""Seconds of records below which no rate is told."""
MARKS = 48


class Spent(Struct, frozen=True):
    """What the swarm has used up. Costs are in dollars, of the agents whose prices are known."""

    tokens: int = 0
    cost_usd: float = 0.0
    tokens_24h: int = 0
    cost_24h: float = 0.0
    cost_per_hour: float | None = None
    """Over the last hour, or what there are records of; None while that cannot be told."""
    tokens_per_hour: float | None = None
    unpriced: int = 0
    """Agents, gone ones too, that used tokens at no known price: the costs leave these out."""


def totals(
    account: Account, records: Mapping[str, Record], view_of: Callable[[str], AgentView | None]
) -> tuple[int, float]:
    """Tokens and dollars of all agents ever: of those in the ledger as last seen, and of those it has let go of."""
    tokens, cost = account.tokens, account.cost_usd
    for known, record in records.items():
        view = record.ref.match(view_of(known))
        if view is not None and view.tokens is not None:
            tokens += view.tokens.total
            cost += (view.cost_usd if view.cost_usd is not None else record.cost_usd) or 0.0
        else:
            tokens += sum(record.tokens or ())
            cost += record.cost_usd or 0.0
    return tokens, cost


def spent(snapshot: Snapshot, now: Now) -> Spent:
    """What the swarm has used up, as of now."""
    base = _day_ago(snapshot.account.marks, now)
    hours, tokens, cost = _last_hour(snapshot.beats, now, snapshot.tokens, snapshot.cost_usd)
    return Spent(
        tokens=snapshot.tokens,
        cost_usd=snapshot.cost_usd,
        tokens_24h=max(0, snapshot.tokens - (base.tokens if base else 0)),
        cost_24h=max(0.0, snapshot.cost_usd - (base.cost_usd if base else 0.0)),
        cost_per_hour=cost / hours if hours else None,
        tokens_per_hour=tokens / hours if hours else None,
        unpriced=snapshot.account.unpriced + sum(is_unpriced(view) for view in snapshot.agents),
    )


def is_unpriced(view: AgentView) -> bool:
    """It has used tokens, and nothing names the price of some of them."""
    return view.unpriced or (view.cost_usd is None and view.tokens is not None and view.tokens.total > 0)


def with_mark(account: Account, now: Now, tokens: int, cost_usd: float) -> Account:
    """The account with a mark for this moment, where the last one is an hour old; marks that no day needs go."""
    marks = account.marks
    last = marks[-1] if marks else None
    if last is not None and abs(now.wall - last.at) < HOUR_S and now.awake - last.awake < HOUR_S:
        return account
    past = [mark for mark in marks if _is_past(mark, now)]
    recent = [mark for mark in marks if not _is_past(mark, now)]
    kept = (*past[-1:], *recent, Mark(now.wall, now.awake, tokens, cost_usd))[-MARKS:]
    return replace(account, marks=kept)


def _is_past(mark: Mark, now: Now) -> bool:
    """It is a day old, by either clock: one that was set back keeps nothing in the window for over a waking day."""
    return now.wall - mark.at >= DAY_S or now.awake - mark.awake >= DAY_S


def _day_ago(marks: Iterable[Mark], now: Now) -> Mark | None:
    """The newest mark that is a day old; None where counting began later, and all that was counted is of this day."""
    return next((mark for mark in reversed(tuple(marks)) if _is_past(mark, now)), None)


def _last_hour(beats: Iterable[Beat], now: Now, tokens: int, cost: float) -> tuple[float, int, float]:
    """(hours, tokens, dollars) since the record of an hour ago, or the oldest younger one; 0 hours where none tells."""
    since: tuple[float, Beat] | None = None
    for beat in beats:
        at = parse_stamp(beat.at)
        if at is None or beat.tokens is None or beat.cost_usd is None or at > now.wall:
            continue
        if since is None or at <= now.wall - HOUR_S:
            since = (at, beat)
    if since is None or now.wall - since[0] < SHORTEST_S:
        return 0.0, 0, 0.0
    at, beat = since
    return (now.wall - at) / HOUR_S, max(0, tokens - (beat.tokens or 0)), max(0.0, cost - (beat.cost_usd or 0.0))


Number = TypeVar("Number", int, float)


class Spending(Struct, frozen=True):
    """Of one agent."""

    tokens: int | None = None
    """Its own, over all its runs; None where they are unknown."""
    cost_usd: float | None = None
    """Its own; None where its program names no price."""
    tokens_below: int | None = None
    """With everything below it, as far as it is known; None where nothing is."""
    cost_below: float | None = None
    """With everything below it, as far as it is known; None where nothing is."""
    unpriced: int = 0
    """Agents in its subtree, itself included, that used tokens at no known price, or whose output is not read to its
    end yet: the cost leaves them out."""

    @property
    def partial(self) -> bool:
        """Its subtree cost more than `cost_below` says."""
        return self.unpriced > 0


def spending(snapshot: Snapshot) -> Mapping[str, Spending]:
    """What every agent of a snapshot has used up, by id. One pass: children stand behind their parents."""
    tokens: dict[str, int | None] = {}
    costs: dict[str, float | None] = {}
    unpriced: dict[str, int] = {}
    for view in snapshot.agents:
        tokens[view.id] = view.tokens.total if view.tokens is not None else None
        costs[view.id] = view.cost_usd
        unpriced[view.id] = int(is_unpriced(view) or (view.cost_usd is None and view.unread))
    for view in reversed(snapshot.agents):
        if view.parent is None or view.parent not in tokens:
            continue
        tokens[view.parent] = _plus(tokens[view.parent], tokens[view.id])
        costs[view.parent] = _plus(costs[view.parent], costs[view.id])
        unpriced[view.parent] += unpriced[view.id]
    return {
        view.id: Spending(
            tokens=view.tokens.total if view.tokens is not None else None,
            cost_usd=view.cost_usd,
            tokens_below=tokens[view.id],
            cost_below=costs[view.id],
            unpriced=unpriced[view.id],
        )
        for view in snapshot.agents
    }


def _plus(one: Number | None, other: Number | None) -> Number | None:
    """The sum of what is known."""
    if one is None or other is None:
        return other if one is None else one
    return one + other
