"""`swarm-tui events`: the audit log."""

import argparse
from typing import TYPE_CHECKING

from swarm.errors import Code, NotFound
from swarm_tui.cli.commands.common import follow, looking
from swarm_tui.cli.output import Output
from swarm_tui.cli.terminal_width import charset_of, width_of

if TYPE_CHECKING:
    from swarm.api import Swarm
    from swarm.ledger.audit_log import Event

LAST = 500
MOST = 100_000
NEAR, FAR = 256 * 1024, 8 << 20
"""Bytes of the log's end that -f begins with, without and with --since."""


def events(args: argparse.Namespace, out: Output) -> int:
    """Prints the last records, and with -f those that come."""
    swarm = looking(args, out)
    agent = None if args.agent is None else _meant(swarm, args.agent)
    since = None if args.since is None else swarm.home.clock.wall() - args.since
    if args.follow:
        _follow(swarm, agent, since, out)
        return 0
    most = LAST if since is None else MOST
    events = swarm.events(most, agent=agent, since_wall=since)
    if len(events) >= most:
        out.tell(f"(… these are the last {most}; earlier ones: --since TIME, or events.jsonl)")
    if out.json:
        out.document({"events": [record_of(event) for event in events]})
        return 0
    for event in events:
        say(event, out)
    return 0


def say(event: "Event", out: Output) -> None:
    """Prints an audit record: on a terminal as wide as that, elsewhere whole."""
    width = width_of(out)
    if width is None:
        out.say_cells(cells_of(event))
        return
    from widgets.cells import Cell, fit_cells

    out.say_cells(fit_cells((Cell(*each) for each in cells_of(event, short=True)), width, charset_of(out).cut))


def record_of(event: "Event") -> dict[str, object]:
    """An audit record for JSON, with the keys of protocol.md; what else it says comes behind them."""
    own: dict[str, object] = {
        "seq": event.seq,
        "at": event.at or None,
        "actor": event.actor,
        "verb": event.verb,
        "agent": event.agent,
        "spawn_id": event.spawn_id,
        "ok": event.ok,
        "code": event.code,
        "reason": event.reason,
    }
    return {**{key: value for key, value in event.more.items() if key not in own}, **own}


def cells_of(event: "Event", *, short: bool = False) -> tuple[tuple[str, str], ...]:
    """An audit record as one line. short: without the year and the offset of its time."""
    outcome = "" if event.ok else f"refused [{event.code}]  " if event.code else "failed  "
    said = event.reason or str(event.more.get("line", ""))
    return (
        (f"{event.seq:>6}  ", "muted"),
        (
            f"{event.at[5:10]} {event.at[11:19]}  " if short and event.at else f"{event.at}  " if event.at else "",
            "muted",
        ),
        (f"{event.actor}  ", ""),
        (f"{event.verb}  ", "strong"),
        (f"{event.agent}  " if event.agent else "", ""),
        (outcome, "danger"),
        (said, ""),
    )


def _meant(swarm: "Swarm", words: str) -> str:
    try:
        return swarm.resolve(words)
    except NotFound as error:
        if error.code is Code.AMBIGUOUS:
            raise
        return words.strip("/")  # long gone, and still in the log


def _follow(swarm: "Swarm", agent: str | None, since: float | None, out: Output) -> None:
    from swarm.ledger.audit_reader import AuditTail, is_wanted

    tail = AuditTail(swarm.home.layout, backlog=NEAR if since is None else FAR)
    most = LAST if since is None else MOST

    def show() -> bool:
        nonlocal most
        fresh = tail.read()
        # What the reader reports of the file itself has no number, and is always printed.
        chosen = [event for event in fresh if event.seq == 0 or is_wanted(event, agent, since)]
        for event in chosen[-most:]:
            if out.json:
                out.record(record_of(event))
            else:
                say(event, out)
        out.flush()
        most = MOST
        return bool(fresh)

    follow(show)
