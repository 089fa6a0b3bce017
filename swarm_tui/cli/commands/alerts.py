"""What an operator answers from a shell: alerts, ack, freeze, thaw."""

import argparse
from typing import TYPE_CHECKING

from swarm.errors import UsageError
from swarm.formatting import plural
from swarm_tui.cli.commands.common import acting, looking
from swarm_tui.cli.output import NAME, Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from swarm.api import Swarm
    from swarm.model.record import Alert
    from widgets.cells import Cell


def alerts(args: argparse.Namespace, out: Output) -> int:
    """Prints the alerts that are open, the newest last; with --all the acknowledged ones, too."""
    from swarm.rules.alert_words import spell
    from swarm_tui.cli.status_json import alert_json
    from swarm_tui.cli.terminal_width import charset_of, width_of
    from widgets.cells import fit_cells, short_id

    swarm = looking(args, out)
    snapshot = swarm.snapshot()
    ids = [swarm.resolve(words) for words in args.ids]
    found = [alert for alert in snapshot.alerts if not ids or any(_is_below(alert.agent, each) for each in ids)]
    unseen = [alert for alert in found if alert.acked_at is None]
    shown = sorted(found if args.all else unseen, key=lambda alert: (alert.last_at, alert.key))
    if out.json:
        out.document({"open": len(unseen), "alerts": [{"name": spell(each), **alert_json(each)} for each in shown]})
        return 0
    width, charset, now = width_of(out), charset_of(out), swarm.now().wall
    for alert in shown:
        cells = tuple(_cells(alert, spell(alert, short_id(alert.agent, snapshot.root)), now))
        out.say_cells(cells if width is None else fit_cells(cells, width, charset.cut))
    seen = len(found) - len(unseen)
    more = f", {seen} acknowledged{'' if args.all else ' (--all)'}" if seen else ""
    hint = f": {NAME} ack ALERT" if unseen else ""
    out.tell(f"{plural(len(unseen), 'alert')} open{more}{hint}")
    return 0


def ack(args: argparse.Namespace, out: Output) -> int:
    """Acknowledges what the words mean, or takes that back; says what that was."""
    from swarm.rules.alert_words import meant_by, spell

    if bool(args.alerts) is args.all:
        raise UsageError(
            "ack takes alerts, or --all." if not args.all else "--all goes without alerts.",
            hint=f"{NAME} alerts lists those that are open.",
        )
    swarm = acting(args, out)
    listed = swarm.snapshot().alerts
    chosen = listed if args.all else meant_by(args.alerts, listed)
    if args.undo:
        return _open_again([alert for alert in chosen if alert.acked_at is not None], swarm, out)
    unseen = {alert.key: alert for alert in chosen if alert.acked_at is None}
    swarm.acknowledge(unseen.values())
    left = {alert.key for alert in swarm.snapshot().alerts if alert.acked_at is None}
    seen = [alert for key, alert in unseen.items() if key not in left]
    stay = [alert for key, alert in unseen.items() if key in left]
    if out.json:
        out.document({"acknowledged": [spell(each) for each in seen], "open": [spell(each) for each in stay]})
        return 0
    for alert in seen:
        out.say(spell(alert))
    out.tell(f"{plural(len(seen), 'alert')} acknowledged")
    if stay:
        out.tell(f"These stay open until what they tell of is mended: {', '.join(map(spell, stay))}")
    return 0


def _open_again(acknowledged: "list[Alert]", swarm: "Swarm", out: Output) -> int:
    from swarm.rules.alert_words import spell

    opened = swarm.unacknowledge(acknowledged)
    if out.json:
        out.document({"opened": [spell(each) for each in opened]})
        return 0
    for alert in opened:
        out.say(spell(alert))
    out.tell(f"{plural(len(opened), 'alert')} open again")
    return 0


def freeze(args: argparse.Namespace, out: Output) -> int:
    """Halts every agent; nothing is started until `thaw`."""
    count = acting(args, out).freeze_all()
    return _counted(count, f"{plural(count, 'agent')} halted; none is started until: {NAME} thaw", out)


def thaw(args: argparse.Namespace, out: Output) -> int:
    """Lets every halted agent go on."""
    count = acting(args, out).thaw_all()
    return _counted(count, f"{plural(count, 'agent')} {'goes' if count == 1 else 'go'} on", out)


def _counted(count: int, words: str, out: Output) -> int:
    if out.json:
        out.document({"agents": count})
    else:
        out.say(words)
    return 0


def _is_below(agent: str, top: str) -> bool:
    return agent == top or agent.startswith(f"{top}/")


def _cells(alert: "Alert", name: str, now: float) -> "Iterator[Cell]":
    from swarm.formatting import spell_clock
    from widgets.cells import Cell

    seen = alert.acked_at is not None
    yield Cell(f"{spell_clock(alert.last_at, now)}  ", "muted")
    yield Cell(f"{name}  ", "muted" if seen else alert.cause.severity.value)
    if seen:
        yield Cell(f"acknowledged{f' by {alert.acked_by}' if alert.acked_by else ''}  ", "muted")
    times = f" ({alert.count} times)" if alert.count > 1 else ""
    yield Cell(f"{alert.text}{times}", "muted" if seen else "quote")
