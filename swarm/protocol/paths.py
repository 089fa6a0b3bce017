"""Every file name and path of a home, and the rules for names. Nobody else joins strings."""

import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from swarm.errors import NotFound, Refused

POLICY_FILE = "swarm.toml"
AGENT_FILES = ("agent.json", "task.md", "progress.md", "results.json")
HOME_DOCS = ("AGENTS.md", "CLAUDE.md", "HEARTBEAT.md")
UNSEARCHED = frozenset({"log", "work", ".run", ".git", "node_modules"})
MAX_DEPTH_OF_DIRECTORIES = 24
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


def check_name(name: str) -> str:
    """The name itself where it is allowed (`[a-z0-9][a-z0-9._-]{0,63}`, protocol.md); raises Refused `name`."""
    if not _NAME.match(name):
        raise Refused(
            "name",
            f"{name[:80]!r} is not a name for an agent.",
            "A name starts with a-z or 0-9 and goes on with a-z, 0-9, dot, dash and underscore, 64 at most.",
            f"Try {suggest_name(name)!r}.",
        )
    if name in UNSEARCHED:
        raise Refused("name", f"{name!r} is a directory that is never searched for agents.", hint="Take another name.")
    return name


def is_name(name: str) -> bool:
    """Whether a name is formed as `check_name` wants it."""
    return _NAME.match(name) is not None


def suggest_name(name: str) -> str:
    """The nearest allowed name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")[:64] or "agent-1"


def check_id(agent_id: str) -> str:
    """The id itself where every part of it is a name; raises Refused `name` (`..`, empty parts, NUL, too long)."""
    for part in agent_id.split("/"):
        check_name(part)
    return agent_id


def twin_key(name: str) -> str:
    """What two names share that a file system may take for one: case and Unicode form do not count."""
    return unicodedata.normalize("NFC", name).casefold()


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+=@,~")


def escape_name(name: str) -> str:
    """A directory's name as a part of an id: what is not plain becomes `%XX` of its bytes, so that ids print safely."""
    if _NAME.match(name):
        return name
    raw = os.fsencode(name)
    shown = "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02x}" for byte in raw)
    return f"%2d{shown[1:]}" if shown.startswith("-") else shown


def unescape_id(agent_id: str) -> str:
    """The path below `agents` that an id stands for; raises Refused `name` where it would lead elsewhere."""
    if "%" not in agent_id:
        return agent_id
    import urllib.parse  # for names that are not allowed, and only seldom there

    parts = [os.fsdecode(urllib.parse.unquote_to_bytes(part)) for part in agent_id.split("/")]
    if any(part in ("", ".", "..") or "/" in part or "\0" in part for part in parts):
        raise Refused("name", f"{agent_id[:80]!r} does not name an agent.", "It leads outside of the agents.")
    return "/".join(parts)


def parent_of(agent_id: str) -> str:
    """The id one directory up; '' at the top. The parent *agent* is found by the scan: directories may only group."""
    return agent_id.rpartition("/")[0]


def name_of(agent_id: str) -> str:
    """The last part of an id."""
    return agent_id.rpartition("/")[2]


class AgentDir:
    """The files of one agent."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"AgentDir({str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AgentDir) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def spec(self) -> Path:
        return self.path / "agent.json"

    @property
    def task(self) -> Path:
        return self.path / "task.md"

    @property
    def progress(self) -> Path:
        return self.path / "progress.md"

    @property
    def results(self) -> Path:
        return self.path / "results.json"

    @property
    def inbox(self) -> Path:
        return self.path / "inbox.md"

    @property
    def exit(self) -> Path:
        return self.path / "exit.json"

    @property
    def ended(self) -> Path:
        return self.path / "ended.json"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def stdout(self) -> Path:
        return self.path / "log" / "stdout"

    @property
    def stderr(self) -> Path:
        return self.path / "log" / "stderr"

    def stream(self, name: str) -> Path:
        """The file of a stream: `stdout`, `stderr` or `transcript`."""
        return self.path / "log" / name

    def investigation(self, number: int) -> Path:
        return self.path / "log" / f"investigation-{number}.json"

    @property
    def run(self) -> Path:
        """What the program and its keeper need; agents have no business here."""
        return self.path / ".run"

    @property
    def launch(self) -> Path:
        """What the keeper is to start (keeper.py documents the keys)."""
        return self.path / ".run" / "launch.json"

    @property
    def kept(self) -> Path:
        """Written by the keeper once the program runs: its identity."""
        return self.path / ".run" / "kept.json"

    @property
    def channel(self) -> Path:
        """The FIFO that is the program's standard input, where it listens while it runs; held by the keeper."""
        return self.path / ".run" / "stdin"

    @property
    def channel_lock(self) -> Path:
        """Held by whoever writes into the channel, so that two never mix their words."""
        return self.path / ".run" / "stdin.lock"

    @property
    def first(self) -> Path:
        """What stands in the channel when the program starts."""
        return self.path / ".run" / "first"

    @property
    def keeper_orders(self) -> Path:
        """The FIFO on which the keeper hears single bytes: `c` closes the channel, so that the program ends."""
        return self.path / ".run" / "orders"

    @property
    def settings(self) -> Path:
        """What the program is configured with, by us."""
        return self.path / ".run" / "settings.json"

    @property
    def mcp(self) -> Path:
        """Which MCP servers the program is given: ours."""
        return self.path / ".run" / "mcp.json"

    @property
    def guard(self) -> Path:
        """Where the agent may write, for the hook that holds it to that."""
        return self.path / ".run" / "guard.json"

    @property
    def brief(self) -> Path:
        """What the program is told first, as it is sent."""
        return self.path / ".run" / "brief"

    @property
    def system(self) -> Path:
        """What is added to the program's system prompt: shared rules and role."""
        return self.path / ".run" / "system.md"

    @property
    def session(self) -> Path:
        """{schema, spawn_id, program, session}: the session that was chosen or first seen, to be taken up again."""
        return self.path / ".run" / "session.json"

    @property
    def told(self) -> Path:
        """{schema, offset, asked, stop}: how far inbox.md was delivered, and what the hooks remember."""
        return self.path / ".run" / "told.json"

    @property
    def told_lock(self) -> Path:
        """Held while told.json is changed."""
        return self.path / ".run" / "told.lock"

    @property
    def hooks_lock(self) -> Path:
        """Held while messages are handed over: a program runs hooks of tool calls that end together side by side."""
        return self.path / ".run" / "hooks.lock"

    @property
    def attach_lock(self) -> Path:
        """Held by whoever takes the agent over in a terminal, or gives it back."""
        return self.path / ".run" / "attach.lock"

    @property
    def digest(self) -> Path:
        """The root: what its last turn was told, as it was told."""
        return self.path / ".run" / "digest.md"

    @property
    def turn(self) -> Path:
        """The root: {schema, n, offset, session, resumed} of its last turn: heartbeat, where its output begins."""
        return self.path / ".run" / "turn.json"

    @property
    def order(self) -> Path:
        """How the keeper is to stop the program: written before it is signalled."""
        return self.path / ".run" / "order.json"


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
    def templates(self) -> Path:
        return self.root / "swarm" / "templates"

    def template(self, role: str) -> Path:
        return self.root / "swarm" / "templates" / f"{role}.md"

    def agent(self, agent_id: str) -> AgentDir:
        """The files of one agent. The id comes from a scan or has passed `check_id`: unchecked it could lead out."""
        return AgentDir(self.agents / unescape_id(agent_id))

    def id_of(self, path: Path) -> str:
        """The agent id of a directory below `agents`."""
        return "/".join(escape_name(part) for part in path.relative_to(self.agents).parts)


def find_home(given: str | os.PathLike[str] | None, env: Mapping[str, str], cwd: Path) -> Layout:
    """The home that a command works on: `-C DIR`, else $SWARM_HOME, else the nearest upwards with a swarm.toml.

    A directory without swarm.toml is a foreign tree where DIR, DIR/swarm or DIR/swarm/agents holds agents.
    Returns its layout; raises NotFound with code `no-home` where there is neither.
    """
    named = given or env.get("SWARM_HOME")
    if named:
        root = Path(named).expanduser().absolute()
        found = _home_at(root)
        if found is not None:
            return found
        raise NotFound(
            f"No swarm home at {str(root)!r}.",
            "There is no swarm.toml, and no agents, in it." if root.is_dir() else "There is no such directory.",
            f"Make one with: swarm-tui init {str(root)!r}",
            code="no-home",
        )
    for directory in (cwd, *cwd.parents):
        if (directory / POLICY_FILE).is_file():
            return Layout(directory)
    raise NotFound(
        "No swarm home here.",
        f"Neither {str(cwd)!r} nor a directory above it has a swarm.toml, and SWARM_HOME is not set.",
        "Make one with: swarm-tui init    or name one with: swarm-tui -C DIR    or look around with: swarm-tui demo",
        code="no-home",
    )


def _home_at(root: Path) -> Layout | None:
    if (root / POLICY_FILE).is_file():
        return Layout(root)
    for agents in (root / "swarm" / "agents", root / "swarm", root):
        if _holds_agents(agents):
            return Layout(root, agents=agents, foreign=True)
    return None


def _holds_agents(directory: Path, depth: int = 3) -> bool:
    try:
        with os.scandir(directory) as entries:
            children = list(entries)
    except OSError:
        return False
    inner: list[str] = []
    for entry in children:
        if entry.is_dir(follow_symlinks=False) and entry.name not in UNSEARCHED:
            inner.append(entry.path)
        elif entry.name in AGENT_FILES and depth < 3:
            return True
    return depth > 0 and any(_holds_agents(Path(path), depth - 1) for path in inner[:200])


MARKER = "SWARM_SPAWN"
