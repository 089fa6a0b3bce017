"""Lists the roles of a home by the names of their files alone: a spawn checks whether they are valid. Light."""

import os

from swarm.protocol.paths import Layout

MOST = 100


def role_names(layout: Layout | None) -> list[str]:
    """The names of a home's roles, sorted, MOST at most; none where there is no home."""
    try:
        names = os.listdir(layout.roles) if layout is not None else []
    except OSError:
        return []
    stems = [name.removesuffix(".md") for name in names if name.endswith(".md") and name[0] not in "_."]
    return sorted(stem for stem in stems if stem.isascii() and stem.isprintable())[:MOST]
