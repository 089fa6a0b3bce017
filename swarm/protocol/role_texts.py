"""The texts that agents work under: the shared rules and the roles, each known by a hash of its bytes (failure 5)."""

import os
from collections.abc import Iterable

from swarm.errors import SwarmError
from swarm.protocol.paths import Layout
from swarm.protocol.roles import MAX_ROLE_BYTES
from swarm.store import reader

MAX_FILES = 200
PLACE = "roles"
"""Where they lie in a home; it stands before each of their names."""
SHARED = "_shared-rules.md"


def names(layout: Layout) -> list[str]:
    """The names of all of them, as `roles/worker.md`; none where the directory cannot be listed."""
    try:
        found = sorted(entry.name for entry in os.scandir(layout.roles) if entry.name.endswith(".md"))
    except OSError:
        return []
    return [f"{PLACE}/{name}" for name in found if name[0] != "."][:MAX_FILES]


def of_role(role: str) -> tuple[str, str]:
    """The two that an agent of a role reads first: the shared rules, and its role."""
    return f"{PLACE}/{SHARED}", f"{PLACE}/{role}.md"


def digests(layout: Layout, wanted: Iterable[str]) -> dict[str, str]:
    """The hash of each by name; without those that are not there or cannot be read."""
    from hashlib import blake2b  # OpenSSL comes with it: only where there is something to hash

    found: dict[str, str] = {}
    for name in wanted:
        try:
            read = reader.read_head(layout.root / name, MAX_ROLE_BYTES)
        except SwarmError:
            continue
        if read is not None:
            found[name] = blake2b(read.data, digest_size=8).hexdigest()
    return found
