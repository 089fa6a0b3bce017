"""The environment of an agent: the operator's own, less what marks a surrounding session, plus who the agent is."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from swarm.identity import MARKER
from swarm.layout import Layout
from swarm.model import AgentSpec

OUR_COMMAND = "swarm-tui"
SURROUNDING = frozenset({"CLAUDECODE", "CLAUDE_PROJECT_DIR", "AI_AGENT"})
SURROUNDING_PREFIXES = ("CLAUDE_CODE_", "SWARM_")


def inherited(operator: Mapping[str, str]) -> dict[str, str]:
    """What an agent inherits: an operator may be inside an agent session, of which the new agent is no part."""
    return {
        name: value
        for name, value in operator.items()
        if name not in SURROUNDING and not name.startswith(SURROUNDING_PREFIXES)
    }


def with_our_command(environment: Mapping[str, str]) -> dict[str, str]:
    """The same with `swarm-tui` on PATH, which every agent calls: where it is not, its directory comes last."""
    path = environment.get("PATH", os.defpath)
    directory = Path(sys.executable).parent
    if shutil.which(OUR_COMMAND, path=path) is not None or not (directory / OUR_COMMAND).is_file():
        return dict(environment)
    return {**environment, "PATH": f"{path}{os.pathsep}{directory}" if path else str(directory)}


def own(spec: AgentSpec, layout: Layout) -> dict[str, str]:
    """Who the agent is (protocol.md, Processes). The marker comes first: scans read it soonest there."""
    return {
        MARKER: spec.spawn_id,
        "SWARM_HOME": str(layout.root),
        "SWARM_AGENT": spec.id,
        "SWARM_PARENT": spec.parent or "",
        "SWARM_SLOTS": str(spec.slots),
    }


def compose(spec: AgentSpec, layout: Layout, *additions: Mapping[str, str]) -> dict[str, str]:
    """`own`, then what policy, program and spec set; nobody may set SWARM_* but us."""
    result = own(spec, layout)
    for addition in additions:
        result.update({name: value for name, value in addition.items() if not name.startswith("SWARM_")})
    return result
