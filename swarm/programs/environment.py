"""The environment of an agent: the operator's own, less what marks a surrounding session, plus who the agent is."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from swarm.model.agent import AgentSpec
from swarm.protocol.paths import MARKER, Layout

OUR_COMMAND = "swarm-tui"
OWN_BIN = os.path.join(".run", "bin")
"""In an agent's directory: what comes first on its PATH, and on no other agent's."""
SURROUNDING = frozenset(
    {
        *("CLAUDECODE", "CLAUDE_PROJECT_DIR", "CLAUDE_EFFORT", "AI_AGENT", "TRACEPARENT"),
        *("CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_EXECPATH", "CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_AGENT"),
        *(
            "CLAUDE_CODE_TASK_LIST_ID",
            "CLAUDE_CODE_SUPERVISED",
            "CLAUDE_CODE_COORDINATOR_MODE",
            "CLAUDE_CODE_CONTAINER_ID",
        ),
        *("CLAUDE_CODE_SPAWN_TIMESTAMP_MS", "CLAUDE_CODE_RESUME_INTERRUPTED_TURN", "CLAUDE_CODE_RESUME_PROMPT"),
        # These switch hooks off, and with them what holds an agent to its place.
        *("CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE"),
    }
)
"""What a coding agent sets for what it starts, and what speaks of one session only."""
WHERE = frozenset({"PWD", "OLDPWD"})
"""Where the operator's shell stands. A program that believes it would work there, and not where it is started."""
SURROUNDING_PREFIXES = ("SWARM_", "CLAUDE_CODE_REMOTE")
_OF_A_SESSION = ("SESSION", "FILE_DESCRIPTOR")


def inherited(operator: Mapping[str, str]) -> dict[str, str]:
    """What an agent inherits: an operator may be inside an agent session, of which the new agent is no part.

    What they set on purpose stays: logins, providers, limits.
    """
    found = {name: value for name, value in operator.items() if not _is_surrounding(name)}
    if OWN_BIN in found.get("PATH", ""):
        places = found["PATH"].split(os.pathsep)
        found["PATH"] = os.pathsep.join(place for place in places if not place.endswith(os.sep + OWN_BIN))
    return found


def _is_surrounding(name: str) -> bool:
    if name in SURROUNDING or name in WHERE or name.startswith(SURROUNDING_PREFIXES):
        return True
    return name.startswith("CLAUDE_CODE_") and any(part in name for part in _OF_A_SESSION)


def our_command() -> tuple[str, ...]:
    """The words that start swarm-tui as it runs here: absolute, whatever PATH an agent has."""
    beside = Path(sys.executable).parent / OUR_COMMAND
    if beside.is_file() and os.access(beside, os.X_OK):
        return (str(beside),)
    return (sys.executable, "-m", "swarm_tui")


def with_our_command(environment: Mapping[str, str]) -> dict[str, str]:
    """The same with `swarm-tui` on PATH, which every agent calls: where it is not, its directory comes last."""
    import shutil  # only a start needs it

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
    """`own`, then what policy, program and spec set; only the engine sets SWARM_*."""
    result = own(spec, layout)
    for addition in additions:
        result.update({name: value for name, value in addition.items() if not name.startswith("SWARM_")})
    return result
