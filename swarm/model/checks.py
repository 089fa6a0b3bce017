"""The acceptance checks of an agent: who runs them, what they said, and what they said before."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from swarm.model.agent import Acceptance, Identity
from swarm.model.bounds import Count, Seconds, Text, Texts
from swarm.model.given import key_of

MAX_RUNS = 48
"""Runs that are kept of one agent."""
Numbers = Annotated[tuple[Count, ...], Meta(max_length=1000)]


class CheckRun(Struct, frozen=True, omit_defaults=True):
    """One run of all checks of an agent. n: the heartbeat that asked for it. at: wall seconds of its end."""

    n: Count
    at: Seconds
    passed: Count = 0
    failed: Numbers = ()
    """Places, from 0, of the outcomes that were not there, among those that have a check."""


class Checks(Struct, frozen=True, omit_defaults=True):
    """The checks of one spawn."""

    key: Text = ""
    """Hash of the outcomes and their checks as they were given: an agent can write its own agent.json. '' for none."""
    asked_n: Count | None = None
    """Heartbeat number that last asked for a run; answered where the record's `checked_n` is the same."""
    runner: Identity | None = None
    """The process that runs them now."""
    said: Texts = ()
    """What the last run said of each outcome of the record's `acceptance`: exit code, last words."""
    runs: Annotated[tuple[CheckRun, ...], Meta(max_length=MAX_RUNS)] = ()
    """The last runs, oldest first."""


def key_of_checks(outcomes: Iterable[Acceptance]) -> str:
    """What tells these outcomes and checks from others; '' where none has a check."""
    given = [(outcome.text, outcome.check or "") for outcome in outcomes]
    return key_of(given) if any(check for _, check in given) else ""
