"""Everybody who is to be told: the targets of swarm.toml, and those of the operator's own file."""

from collections.abc import Iterator

from swarm.config.notify_policy import NotifyPolicy, Target

OWN = "you"
"""Under this name targets of the operator's own file stand, so that none of swarm.toml is meant."""


def targets(home: NotifyPolicy, own: NotifyPolicy) -> Iterator[tuple[str, Target, NotifyPolicy]]:
    """(name, target, the table whose hours and pauses hold for it)."""
    for name, target in home.targets.items():
        yield name, target, home
    for name, target in own.targets.items():
        yield f"{OWN}/{name}", target, own
