"""When the terminal's bell rings: for each new alert, and when one more agent needs a person."""

from collections.abc import Iterable

from swarm.model.record import Alert


class Bell:
    """Remembers what the operator was rung for. What is there when a room opens rings no bell: it is on the screen."""

    def __init__(self) -> None:
        self._alerts: frozenset[tuple[str, str]] | None = None
        self._need = 0

    def rings(self, alerts: Iterable[Alert], need: int) -> bool:
        """Returns whether the bell is to ring now. need: how many agents need a person."""
        before, needed = self._alerts, self._need
        self._alerts = frozenset((alert.agent, alert.cause) for alert in alerts if alert.acked_at is None)
        self._need = need
        return before is not None and (need > needed or not self._alerts <= before)
