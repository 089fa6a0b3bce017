"""The environment of an agent: the operator's own, less what marks a surrounding session, plus who the agent is."""

import os
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from swarm.model.agent import AgentSpec
from swarm.platform.own_command import OUR_COMMAND, our_command, our_shell_words
from swarm.programs.variables import BELONGING
from swarm.protocol.paths import MARKER, Layout

OWN_BIN = os.path.join(".run", "bin")
"""In an agent's directory: what comes first on its PATH, and on no other agent's."""
OUR_FUNCTION = f"BASH_FUNC_{OUR_COMMAND}%%"
"""How bash hands a function on to every bash below it. A login shell sets PATH anew, and keeps this."""
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
WHERE = frozenset(
    {
        *("PWD", "OLDPWD"),
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    }
)
"""Where the operator's shell stands, and git in it. A program that believes it would work there, and not where it is
started."""
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


def with_our_command(environment: Mapping[str, str]) -> dict[str, str]:
    """The same with `swarm-tui`, which every agent calls: on PATH, and for each bash whose PATH is another one.

    Where it is not on PATH, its directory comes last there. Other shells with a PATH of their own have `$SWARM_TUI`.
    """
    import shutil  # only a start needs it

    path = environment.get("PATH", os.defpath)
    directory = Path(sys.executable).parent
    found = {**environment, OUR_FUNCTION: f'() {{  {our_shell_words()} "$@"\n}}'}
    if shutil.which(OUR_COMMAND, path=path) is not None or not (directory / OUR_COMMAND).is_file():
        return found
    return {**found, "PATH": f"{path}{os.pathsep}{directory}" if path else str(directory)}


def present() -> dict[str, str]:
    """The environment that an agent inherits which is spawned by this process."""
    return with_our_command(inherited(os.environ))


def belongs(name: str, further: Iterable[str] = ()) -> bool:
    """Whether a variable belongs to an agent, so that each of its runs has it as its spawn had it, or has none.

    further: names and patterns of `[spawn] environment`.
    """
    return not name.startswith("SWARM_") and any(fnmatchcase(name, each) for each in (*BELONGING, *further))


def belonging(environment: Mapping[str, str], further: Iterable[str] = ()) -> dict[str, str]:
    """The part of an environment that belongs to the agent which is spawned with it."""
    patterns = tuple(further)
    return {name: value for name, value in environment.items() if belongs(name, patterns)}


def restored(kept: Mapping[str, str], now: Mapping[str, str], further: Iterable[str] = ()) -> dict[str, str]:
    """The environment of a further run: what belongs to the agent as it was kept, the rest as it is now.

    A variable that belongs to it and was not set at its spawn is not set either: a key of another shell would be
    another account, which pays.
    """
    patterns = tuple(further)
    rest = {name: value for name, value in now.items() if not belongs(name, patterns)}
    return with_our_command({**rest, **kept})


def own(spec: AgentSpec, layout: Layout) -> dict[str, str]:
    """Who the agent is (protocol.md, Processes). The marker comes first: scans read it soonest there."""
    return {
        MARKER: spec.spawn_id,
        "SWARM_HOME": str(layout.root),
        "SWARM_AGENT": spec.id,
        "SWARM_PARENT": spec.parent or "",
        "SWARM_SLOTS": str(spec.slots),
        **({"SWARM_WORKTREE": str(layout.root / spec.worktree.path)} if spec.worktree is not None else {}),
        "SWARM_TUI": our_shell_words() if len(our_command()) > 1 else our_command()[0],
    }


def compose(spec: AgentSpec, layout: Layout, *additions: Mapping[str, str]) -> dict[str, str]:
    """`own`, then what policy, program and spec set; only the engine sets SWARM_*."""
    result = own(spec, layout)
    for addition in additions:
        result.update({name: value for name, value in addition.items() if not name.startswith("SWARM_")})
    return result
