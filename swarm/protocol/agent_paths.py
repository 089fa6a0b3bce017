"""Every file name and path of an agent's directory."""

from pathlib import Path


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
        """The directory of what the program and its keeper need; agents do not write here."""
        return self.path / ".run"

    @property
    def launch(self) -> Path:
        """What the keeper is to start (keeper.py documents the keys)."""
        return self.path / ".run" / "launch.json"

    @property
    def environment(self) -> Path:
        """The variables that belong to the agent, as its spawn had them, for all its runs; for the owner's eyes."""
        return self.path / ".run" / "environment.json"

    @property
    def kept(self) -> Path:
        """Written by the keeper once the program runs: its identity."""
        return self.path / ".run" / "kept.json"

    @property
    def channel(self) -> Path:
        """The program's standard input while it listens: a FIFO, or a note of where the keeper holds its end."""
        return self.path / ".run" / "stdin"

    @property
    def channel_lock(self) -> Path:
        """The lock that is held while words are written into the channel, so that two writers never mix them."""
        return self.path / ".run" / "stdin.lock"

    @property
    def first(self) -> Path:
        """What stands in the channel when the program starts."""
        return self.path / ".run" / "first"

    @property
    def keeper_orders(self) -> Path:
        """The keeper's single-byte commands, likewise: `c` closes the channel, so that the program ends."""
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
        """The first words that the program gets, as they are sent."""
        return self.path / ".run" / "brief"

    @property
    def system(self) -> Path:
        """What is added to the program's system prompt: shared rules and role."""
        return self.path / ".run" / "system.md"

    @property
    def session(self) -> Path:
        """{schema, spawn_id, program, session}: the session that was chosen or first seen, to resume it."""
        return self.path / ".run" / "session.json"

    @property
    def delivered(self) -> Path:
        """{schema, offset, asked, stop}: how far inbox.md was delivered, and what the hooks remember."""
        return self.path / ".run" / "told.json"

    @property
    def delivered_lock(self) -> Path:
        """The lock that is held while told.json is changed."""
        return self.path / ".run" / "told.lock"

    @property
    def subagents(self) -> Path:
        """How many sub-agents of its program's own the agent may have, and which are at work."""
        return self.path / ".run" / "subagents.json"

    @property
    def hooks_lock(self) -> Path:
        """The lock that is held while messages are delivered: hooks of parallel tool calls run in parallel."""
        return self.path / ".run" / "hooks.lock"

    @property
    def attach_lock(self) -> Path:
        """The lock that an attach holds, and the detach after it."""
        return self.path / ".run" / "attach.lock"

    @property
    def terminal(self) -> Path:
        """{schema, spawn_id, session, path, offset, at}: where the session's own file stood when the operator came."""
        return self.path / ".run" / "terminal.json"

    @property
    def terminal_sessions(self) -> Path:
        """The sessions that a person in its terminal went on with, one a line."""
        return self.path / ".run" / "terminal-sessions.jsonl"

    @property
    def digest(self) -> Path:
        """The root: the digest that its last turn got, as it was sent."""
        return self.path / ".run" / "digest.md"

    @property
    def turn(self) -> Path:
        """The root: {schema, n, offset, session} of its last turn: heartbeat, where its output begins."""
        return self.path / ".run" / "turn.json"

    @property
    def unreported(self) -> Path:
        """What the agent could not report on a full disk (`protocol.unreported`)."""
        return self.path / ".run" / "unreported.json"

    @property
    def order(self) -> Path:
        """How the keeper is to stop the program: written before it is signalled."""
        return self.path / ".run" / "order.json"
