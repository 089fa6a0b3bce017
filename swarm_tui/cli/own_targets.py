"""Whom the operator's own config.toml wants told, for verbs that beat without a screen."""

import os

from swarm.config.notify_policy import NotifyPolicy
from swarm_tui.cli.output import Output


def own_targets(out: Output) -> NotifyPolicy:
    """[notify] of the caller's config.toml; what is wrong with the file is told. Agents have no settings."""
    if os.environ.get("SWARM_AGENT"):
        return NotifyPolicy()
    from swarm_tui.settings.places import places
    from swarm_tui.settings.targets import targets

    found, trouble = targets(places())
    if trouble:
        out.tell(trouble)
    return found
