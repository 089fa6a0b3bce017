"""What is needed to start a program: arguments, environment, files, working directory."""

from collections.abc import Mapping
from pathlib import Path
from signal import SIGTERM

from msgspec import Struct


class Launch(Struct, frozen=True):
    """Everything a runner needs to start one agent."""

    spawn_id: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """Set for this agent: SWARM_*, the policy's, the program's and the spec's own."""
    cwd: Path
    inherited: Mapping[str, str] = {}
    """The operator's environment below `env`. It may hold keys and passwords: handed on, never written down."""
    stdin: Path | None = None
    """A file that the program reads as its standard input; None for nothing."""
    channel: bool = False
    """Its standard input is a FIFO that the keeper holds open (`AgentDir.channel`): words reach it while it runs."""
    first: bytes = b""
    """What the keeper puts into the channel before any other process can: what fits before the start, then the rest."""
    mark: bytes = b""
    """A line that the keeper puts into log/stdout before the start, so that readers know where a run begins."""
    session: str = ""
    """The program's session, where we chose it."""
    gentle_signal: int = SIGTERM
    """What asks the program to end; TERM to its group follows in any case."""
    gentle_group: bool = False
    """The gentle signal goes to the whole process group (for launchers that ignore it themselves)."""
    grace_s: float = 10.0
    """Seconds that its keeper grants when it gets a signal to end without an order (a machine going down)."""
    files: Mapping[Path, bytes] = {}
    """Files that must be there before the start (settings, hooks), below the agent's `.run`."""
    box: tuple[str, ...] = ()
    """Words before `argv`, which start a box of the system's that holds the program to its scope; none for no box."""
    warnings: tuple[str, ...] = ()
    """What the caller that spawns it should know: how it is held less well than it could be."""

    def mode_of(self, path: Path) -> int:
        """The permissions of one of its files: the owner's alone, and a script is there to be run."""
        return 0o700 if self.files[path].startswith(b"#!") else 0o600

    @property
    def environment(self) -> dict[str, str]:
        """The program's whole environment. Ours comes first: there a look at the process finds the marker soonest."""
        return {**self.env, **{name: value for name, value in self.inherited.items() if name not in self.env}}
