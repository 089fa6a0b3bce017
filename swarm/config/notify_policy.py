"""[notify], [hooks] and [ping] of swarm.toml: who is told of what, when, and by which commands.

[notify] stands in an operator's own config.toml, too.
"""

import re
from typing import Annotated, Literal

from msgspec import Meta, field

from swarm.config.kinds import Duration, Section, Span

HERE = frozenset({"dbus", "gnome", "glib", "kde", "qt", "macosx", "windows", "syslog"})
"""Schemes of URLs that lead nowhere but to this machine: they hold no secret, so that they may stand in a file."""
HookEvent = Literal[
    "spawned", "done", "failed", "killed", "lost", "heartbeat", "heartbeat-stopped", "alert", "needs-you"
]
"""What a command can be run on."""
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)\Z")


def hours(written: object) -> object:
    """Returns hours as `22:00-07:00`, or '' for none; raises ValueError for anything else."""
    if not isinstance(written, str) or (written.strip() and _HOURS.match(written.strip()) is None):
        raise ValueError('write hours of the day as "22:00-07:00", in local time')
    return written.strip()


def url_of_here(written: object) -> object:
    """Returns a URL of this machine's own; raises ValueError, which does not show it, for any other."""
    if not isinstance(written, str) or (written and written.partition("://")[0].lower() not in HERE):
        here = ", ".join(f"{scheme}://" for scheme in sorted(HERE))
        raise ValueError(
            f"it may hold a secret, which does not belong into this file: name a variable (env) or a file of mode 0600 "
            f"(file) that holds it; only {here} may stand here"
        )
    return written


def minutes_of(written: str) -> tuple[int, int] | None:
    """From and to, in minutes of the day; None for no hours."""
    found = _HOURS.match(written)
    if found is None:
        return None
    first, first_minute, last, last_minute = map(int, found.groups())
    return first * 60 + first_minute, last * 60 + last_minute


class Secret(Section, frozen=True):
    """A URL, and where it stands: one of the three."""

    url: Annotated[str, url_of_here] = ""
    env: Annotated[str, Meta(max_length=200)] = ""
    """The variable of the environment that holds it."""
    file: Annotated[str, Meta(max_length=4096)] = ""
    """A file that holds it, closed to others (mode 0600); `~` is the home directory."""


class Target(Secret, frozen=True):
    """[notify.targets.NAME]: whom to tell, by a URL of apprise."""

    severity: Literal["warning", "danger"] = "warning"
    """The mildest alert that it hears of."""


class NotifyPolicy(Section, frozen=True):
    """[notify]: what the operator is told, away from the terminal."""

    targets: dict[str, Target] = field(default_factory=dict)
    quiet: Annotated[str, hours] = ""
    """Hours in which only danger is told; the rest comes in one message after them."""
    quiet_danger: bool = True
    """Danger is told in these hours, too."""
    rises: Span = 3600.0
    """A warning that stands open for so long counts as danger."""
    again: Span = 7200.0
    """What stands open is told again after so long, then after twice as long, and so on."""
    digest: Annotated[int, Meta(ge=1, le=100)] = 3
    """More alerts than these at once come in one message."""
    every: Annotated[Duration, Meta(ge=0)] = 60.0
    """Between two messages to one target; what comes meanwhile comes in one."""
    timeout: Span = 30.0
    """A target that takes longer has failed."""


class Ping(Secret, frozen=True):
    """[ping]: a dead man's switch, called after each heartbeat: what hears nothing for a while tells somebody."""

    url: str = ""
    """Its address, where that is no secret."""
    command: str = ""
    """For /bin/sh, in place of an address."""
    timeout: Span = 15.0


class Hooks(Section, frozen=True):
    """[hooks]: commands on events, run beside the heartbeat with the event as JSON on standard input."""

    on: dict[HookEvent, str] = field(default_factory=dict)
    """By event, a command for /bin/sh, in the home."""
    timeout: Span = 30.0
    """A command that takes longer is ended."""
    most: Annotated[int, Meta(ge=1, le=1000)] = 50
    """Commands that one look runs; of more events the last ones say how many were left out."""
