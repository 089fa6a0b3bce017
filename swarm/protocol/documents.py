"""Where the documents of a home lie: beside swarm.toml, or in swarm/ where a project's lie beside swarm.toml."""

import os
from pathlib import Path

from swarm.errors import SwarmError
from swarm.protocol.paths import HOME_DOCS, Layout
from swarm.store import reader

MAX_TITLE = 4096


def home_document(layout: Layout, name: str) -> Path:
    """The home's own document of this name. One in swarm/ comes first: what lies above may be a project's."""
    inner = layout.swarm / name
    return inner if os.path.lexists(inner) else layout.root / name


def is_ours(path: Path, title: str) -> bool:
    """Whether a document is the swarm's, by its first line, and not a project's of the same name."""
    try:
        read = reader.read_head(path, MAX_TITLE)
    except SwarmError:
        return False
    return read is not None and read.data.decode("utf-8", "replace").split("\n", 1)[0].strip() == title


def places_for_documents(layout: Layout, titles: dict[str, str]) -> dict[str, Path]:
    """Where `init` puts each document: where ours lies already; else in swarm/, where a project may have its own.

    titles: the first line of each of ours, by its name.
    """
    there = {name: is_ours(layout.root / name, titles[name]) for name in HOME_DOCS}
    others = any(os.path.lexists(layout.root / name) and not there[name] for name in HOME_DOCS)
    apart = others or in_repository(layout.root)
    return {name: layout.swarm / name if apart and not there[name] else layout.root / name for name in HOME_DOCS}


def in_repository(directory: Path) -> bool:
    """Whether a directory lies in a checkout of git."""
    return any(os.path.lexists(each / ".git") for each in (directory, *directory.parents))
