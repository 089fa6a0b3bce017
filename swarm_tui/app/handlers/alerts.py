"""Acknowledges alerts: those of the targets, or the one under the cursor of their list; all after a question."""

from swarm.formatting import plural
from swarm.model.record import Alert
from swarm.sanitize import clean
from swarm_tui.app.capabilities import Where
from swarm_tui.app.handlers.each import counted
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.undo import TakenBack

MOST_LISTED = 10


def acknowledge(room: ActingScreen, where: Where) -> None:
    """Acknowledges what is open of the targets; where nothing is, asks whether all open alerts are meant."""
    waiting = tuple(alert for alert in where.snapshot.alerts if alert.acked_at is None)
    picked = room.alerts.current if room.alerts.has_focus else None
    if picked is not None:
        chosen = tuple(alert for alert in waiting if alert.key == picked.key)
        lack = "This alert is acknowledged already."
    else:
        ids = {view.id for view in where.targets}
        chosen = tuple(alert for alert in waiting if alert.agent in ids)
        lack = f"{counted(where.targets)} has no open alert." if where.targets else "No agent is chosen."
    if chosen:
        _acknowledge(room, chosen)
        return
    more = (f"and {len(waiting) - MOST_LISTED} more",) if len(waiting) > MOST_LISTED else ()
    room.ask(
        f"{lack} Acknowledge {'the one that is open' if len(waiting) == 1 else f'all {len(waiting)} that are open'}?",
        lambda *, yes: _acknowledge(room, waiting) if yes else None,
        notes=(*(_line(alert) for alert in waiting[:MOST_LISTED]), *more),
        yes="Acknowledge",
    )


def _line(alert: Alert) -> str:
    return f"{alert.cause}  {clean(alert.agent, 100) or 'the swarm'}: {clean(alert.text, 200)}"


def _acknowledge(room: ActingScreen, chosen: tuple[Alert, ...]) -> None:
    def done(seen: tuple[Alert, ...]) -> None:
        if not seen:
            room.say("Those alerts are over, or acknowledged already.")
            return
        of = {clean(alert.agent, 100) or "the swarm" for alert in seen}
        whose = f" of {next(iter(of))}" if len(of) == 1 else ""
        room.did(f"{plural(len(seen), 'alert')}{whose} acknowledged", lambda: back(seen))

    def back(seen: tuple[Alert, ...]) -> TakenBack:
        opened = room.swarm.unacknowledge(seen)
        over = len(seen) - len(opened)
        left = (f"{plural(over, 'alert')}: over since, or acknowledged anew",) if over else ()
        return TakenBack(f"{plural(len(opened), 'alert')} open again" if opened else "", left)

    room.perform("acknowledge", lambda: room.swarm.acknowledge(chosen), done)


ON_AGENTS = {"acknowledge": acknowledge}
