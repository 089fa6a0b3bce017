"""The outputs that results name, looked for on disk: what is named and not there speaks against the results."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISREG

from swarm.model.agent import AgentSpec
from swarm.model.review import Dispute, DisputeKind
from swarm.probes.outputs import count_outputs
from swarm.protocol.paths import Layout

MAX_NAMED = 200
"""Outputs that are looked for; those beyond are believed."""
_ADDRESS = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://")
_WILD = re.compile(r"[*?\[]")
_AROUND = " `'\""


def missing_outputs(
    layout: Layout, agent_id: str, spec: AgentSpec | None, outputs: Sequence[str]
) -> tuple[Dispute, ...]:
    """What speaks against these outputs: each that is not there, or that all of them are empty files.

    An output is a path relative to the agent's directory, as it is told; where it works, its worktree and the home are
    tried as well, because agents write what they see. An address of the net is believed.
    """
    bases = tuple(_bases(layout, agent_id, spec))
    missing: list[Dispute] = []
    filled = empty = 0
    for output in outputs[:MAX_NAMED]:
        if _ADDRESS.match(output):
            filled += 1
            continue
        size = _size(output, bases)
        if size is None:
            missing.append(Dispute(DisputeKind.MISSING_OUTPUT, output))
        elif size:
            filled += 1
        else:
            empty += 1
    if empty and not filled and not missing:
        return (Dispute(DisputeKind.EMPTY_OUTPUTS),)
    return tuple(missing)


def _bases(layout: Layout, agent_id: str, spec: AgentSpec | None) -> Iterator[Path]:
    yield layout.agent(agent_id).path
    if spec is not None and spec.cwd:
        yield layout.root / spec.cwd
    if spec is not None and spec.worktree is not None:
        yield layout.root / spec.worktree.path
    yield layout.root


def _size(output: str, bases: Sequence[Path]) -> int | None:
    """How much is there: bytes of a file, 1 of anything else; None where there is nothing."""
    for name in _names(output):
        found = [size for base in bases if (size := _size_at(base, name)) is not None]
        if found:
            return max(found)
    if _WILD.search(output):
        return next((1 for base in bases[:-1] if count_outputs((output,), base, base, 0.0).number), None)
    return None


def _names(output: str) -> Iterator[str]:
    """The path as it is written; then without quotes, and without what an agent remarks behind it."""
    yield output
    bare = output.strip(_AROUND).removeprefix("file://")
    yield bare
    yield bare.split(" (")[0].split(": ")[0].split(" - ")[0].strip(_AROUND)


def _size_at(base: Path, name: str) -> int | None:
    if not name:
        return None
    try:
        seen = os.stat(os.path.join(base, os.path.expanduser(name)))
    except (OSError, ValueError):  # gone, not ours to look at, or no path at all
        return None
    return seen.st_size if S_ISREG(seen.st_mode) else 1
