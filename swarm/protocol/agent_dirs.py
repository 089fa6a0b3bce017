"""Directories of agents, found by walking below `swarm/agents/`."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from swarm.protocol.paths import AGENT_FILES, MAX_DEPTH_OF_DIRECTORIES, UNSEARCHED, Layout, is_name

MAX_DIRECTORIES = 50_000


def walk(layout: Layout, ignore: Iterable[str] = ()) -> Iterator[str]:
    """The ids of all agent directories below `agents`, parents first. Links are never followed, nothing is opened."""
    unsearched = UNSEARCHED | frozenset(ignore)
    pending = [(layout.agents, 0)]
    seen = 0
    while pending:
        directory, depth = pending.pop()
        inner: list[Path] = []
        is_agent = False
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.name in AGENT_FILES:
                        is_agent = True
                    elif entry.is_dir(follow_symlinks=False) and entry.name not in unsearched:
                        inner.append(Path(entry.path))
        except OSError:
            continue  # the scan shows it as unreadable
        if is_agent and depth:
            yield layout.id_of(directory)
        seen += len(inner)
        if depth < MAX_DEPTH_OF_DIRECTORIES and seen <= MAX_DIRECTORIES:
            pending.extend((path, depth + 1) for path in sorted(inner, reverse=True))


def _agent_dirs(directory: Path, above: Path | None = None, depth: int = 0) -> Iterator[tuple[Path, Path | None]]:
    """(agent's directory, the next agent's above it), parents first; links are not followed."""
    try:
        with os.scandir(directory) as entries:
            children = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return  # unreadable: the scan says so
    if depth and any(entry.name in AGENT_FILES for entry in children):
        yield directory, above
        above = directory
    if depth >= MAX_DEPTH_OF_DIRECTORIES:
        return
    for entry in children:
        if entry.is_dir(follow_symlinks=False) and is_name(entry.name) and entry.name not in UNSEARCHED:
            yield from _agent_dirs(Path(entry.path), above, depth + 1)
