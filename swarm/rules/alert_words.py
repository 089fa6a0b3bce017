"""What a person calls an alert, `ID:CAUSE`, and which alerts such words mean."""

from collections.abc import Iterable

from swarm.errors import Code, NotFound
from swarm.model.record import Alert

MAX_CHOICES = 8


def spell(alert: Alert, agent: str | None = None) -> str:
    """The words that mean this alert alone. agent: the end of its id that stands for it; None for the whole id."""
    return f"{alert.agent if agent is None else agent}:{alert.cause}"


def meant_by(words: Iterable[str], alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Returns the alerts that the words mean: `ID` all of an agent, `ID:CAUSE` one of them, `:CAUSE` all of a cause.

    An end of an id that no other alert's agent has is as good as the id. Raises NotFound for a word that means no alert
    (`no-such-alert`), or alerts of several agents (`ambiguous`).
    """
    everyone = tuple(alerts)
    found: dict[str, Alert] = {}
    for word in words:
        found |= {alert.key: alert for alert in _meant(word, everyone)}
    return tuple(found.values())


def _meant(word: str, alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    named, colon, cause = word.strip().partition(":")
    agent = named.strip("/")
    of_cause = [alert for alert in alerts if not colon or alert.cause == cause]
    if not agent and colon:
        found = of_cause
    else:
        found = [alert for alert in of_cause if alert.agent == agent]
        found = found or [alert for alert in of_cause if agent and alert.agent.endswith(f"/{agent}")]
    if not found:
        raise _nothing(word, alerts)
    if agent and len(agents := sorted({alert.agent for alert in found})) > 1:
        raise NotFound(
            f"{word[:200]!r} could mean alerts of {len(agents)} agents.",
            f"It could be {', '.join(agents[:MAX_CHOICES])}.",
            "Give more of the id.",
            code=Code.AMBIGUOUS,
        )
    return tuple(found)


def _nothing(word: str, alerts: tuple[Alert, ...]) -> NotFound:
    known = sorted({spell(alert) for alert in alerts if alert.acked_at is None})
    return NotFound(
        f"There is no alert {word[:200]!r}.",
        f"Open are: {', '.join(known[:MAX_CHOICES])}{', ...' if len(known) > MAX_CHOICES else ''}."
        if known
        else "No alert is open.",
        "swarm-tui alerts lists them; ID, ID:CAUSE and :CAUSE mean them.",
        code=Code.NO_SUCH_ALERT,
    )
