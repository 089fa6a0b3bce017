"""Every file name and path of a home. No other module joins strings, beside `agent_paths`."""

from pathlib import Path

from swarm.protocol.agent_paths import AgentDir
from swarm.protocol.names import escape_name, unescape_id

__all__ = [
    "AGENT_FILES",
    "HOME_DOCS",
    "MARKER",
    "OF_ONE_SPAWN",
    "POLICY_FILE",
    "AgentDir",
    "Layout",
]
POLICY_FILE = "swarm.toml"
AGENT_FILES = ("agent.json", "task.md", "progress.md", "results.json")
"""A directory that holds one of them is an agent's."""
OF_ONE_SPAWN = frozenset({*AGENT_FILES, "inbox.md", "exit.json", "ended.json", "log", ".run"})
"""What lies in an agent's directory and speaks of one spawn alone; all else in it is the agent's work."""
HOME_DOCS = ("AGENTS.md", "CLAUDE.md", "HEARTBEAT.md")
MARKER = "SWARM_SPAWN"
"""The variable in the environment of an agent's processes that says of which spawn they are."""


class Layout:
    """The files of a home. `root` is where swarm.toml lies; a foreign tree has only agents."""

    __slots__ = ("agents", "foreign", "root")

    def __init__(self, root: Path, *, agents: Path | None = None, foreign: bool = False) -> None:
        self.root = root
        self.agents = agents if agents is not None else root / "swarm" / "agents"
        self.foreign = foreign

    def __repr__(self) -> str:
        return f"Layout({str(self.root)!r}, foreign={self.foreign})"

    @property
    def policy(self) -> Path:
        return self.root / POLICY_FILE

    @property
    def roles(self) -> Path:
        return self.root / "roles"

    def role(self, role: str) -> Path:
        return self.root / "roles" / f"{role}.md"

    @property
    def shared_rules(self) -> Path:
        return self.root / "roles" / "_shared-rules.md"

    @property
    def swarm(self) -> Path:
        return self.root / "swarm"

    @property
    def state(self) -> Path:
        return self.root / "swarm" / "state.json"

    @property
    def revs(self) -> Path:
        return self.root / "swarm" / "revs"

    def rev(self, number: int) -> Path:
        return self.root / "swarm" / "revs" / str(number)

    @property
    def lock(self) -> Path:
        return self.root / "swarm" / "lock"

    @property
    def events(self) -> Path:
        return self.root / "swarm" / "events.jsonl"

    @property
    def heartbeats(self) -> Path:
        return self.root / "swarm" / "heartbeats.jsonl"

    @property
    def checked(self) -> Path:
        """The settings of swarm.toml and of the role files, as they were checked (`config.checked`)."""
        return self.root / "swarm" / "checked.json"

    @property
    def notified(self) -> Path:
        """What the operator was told, and what commands on events have heard of (`notify.memory`)."""
        return self.root / "swarm" / "notified.json"

    @property
    def notify_lock(self) -> Path:
        """Locked by the process that tells the operator: one at a time."""
        return self.root / "swarm" / "notify.lock"

    @property
    def waiting(self) -> Path:
        """What belongs to agents that wait in the queue and have no directory yet."""
        return self.root / "swarm" / "waiting"

    def waiting_environment(self, spawn_id: str) -> Path:
        """The environment of a spawn that waits in the queue."""
        return self.waiting / f"{spawn_id}.json"

    @property
    def archive(self) -> Path:
        """The directories of agents that were put away; never searched for agents."""
        return self.root / "swarm" / "archive"

    @property
    def reserve(self) -> Path:
        """Files that keep room on the disk for the engine's own records (`store.reserve`)."""
        return self.root / "swarm" / "reserve"

    @property
    def reserve_notes(self) -> Path:
        """What there was no room to record (`home.reserve_notes`)."""
        return self.root / "swarm" / "reserve" / "notes.json"

    @property
    def engines(self) -> tuple[Path, ...]:
        """What the engine alone writes, beside the agents."""
        records = (self.state, self.revs, self.lock, self.events, self.heartbeats)
        return (*records, self.checked, self.notified, self.notify_lock, self.waiting, self.archive, self.reserve)

    @property
    def templates(self) -> Path:
        return self.root / "swarm" / "templates"

    @property
    def ignored(self) -> Path:
        """What keeps the swarm's records out of the commits of a repository that the home lies in."""
        return self.root / "swarm" / ".gitignore"

    @property
    def worktrees(self) -> Path:
        """The worktrees of agents that work on a repository: never searched for agents."""
        return self.root / "swarm" / "worktrees"

    def template(self, role: str) -> Path:
        return self.root / "swarm" / "templates" / f"{role}.md"

    def agent(self, agent_id: str) -> AgentDir:
        """The files of one agent. The id comes from a scan or has passed `check_id`: unchecked it could lead out."""
        return AgentDir(self.agents / unescape_id(agent_id))

    def id_of(self, path: Path) -> str:
        """The agent id of a directory below `agents`."""
        return "/".join(escape_name(part) for part in path.relative_to(self.agents).parts)
