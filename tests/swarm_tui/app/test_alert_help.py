"""The help of alerts: none can be raised of which it does not say what it means and what to do."""

from pathlib import Path

import pytest

import swarm
from swarm.model.causes import AlertCause
from swarm_tui.app.actions import ACTS
from swarm_tui.app.alert_help import ALERTS
from swarm_tui.app.keys import KeyNames
from widgets.own_keys import fill_keys


@pytest.mark.parametrize("cause", AlertCause, ids=str)
def test_the_help_says_what_an_alert_means_and_what_to_do(cause: AlertCause) -> None:
    means, _, do = ALERTS[cause].partition(": ")
    assert means
    assert do


def test_every_cause_that_the_help_explains_can_be_raised() -> None:
    """A cause that no code names any more would be explained in vain; those of problems are named by their codes."""
    engine = "".join(path.read_text() for path in Path(swarm.__path__[0]).rglob("*.py") if path.name != "causes.py")
    named = [cause for cause in AlertCause if f".{cause.name}" in engine or cause in ("failed", "lost")]
    assert set(ALERTS) == set(named)


def test_every_act_that_the_help_of_alerts_names_is_one() -> None:
    for words in ALERTS.values():
        fill_keys(words, KeyNames(ACTS))
