"""What every program of agents offers, and what it needs to be there before a start."""

from pathlib import Path
from typing import Protocol, Self

from msgspec import Struct

from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.model.listed import ListedSession
from swarm.model.service import Trouble
from swarm.protocol.paths import AgentDir, Layout


class Need(Struct, frozen=True):
    """Something that a program needs, or would be better with. For preflight and `doctor`."""

    name: str
    ok: bool
    text: str
    hint: str = ""
    required: bool = True
    """Without it agents of this program cannot be started; else they run with less."""
    told: bool = False
    """Whoever spawns is told that it is not there."""


class WithoutChannel:
    """What a program answers that hears nothing while it runs: messages wait in its inbox, a signal asks it to end."""

    channel = False

    def why_not_logged_in(self, launch: Launch | None = None) -> str:  # noqa: ARG002 the protocol's signature
        """It is not asked: it has no answer that holds for each way of logging in."""
        return ""

    def limited_to(self, cost_usd: float) -> Self:  # noqa: ARG002 the protocol's signature
        """It knows no limit: the engine ends it."""
        return self

    def say(self, text: str, key: str = "") -> bytes:  # noqa: ARG002 the protocol's signature
        """Nothing goes into a channel that is not there."""
        return b""

    def stop_subagent(self, key: str) -> bytes:  # noqa: ARG002 the protocol's signature
        """It has no sub-agents, or none that it tells of."""
        return b""

    def ask_to_end(self) -> bytes:
        """A signal asks it."""
        return b""

    def ask_what_it_costs(self) -> bytes:
        """It says so at its end, where it does."""
        return b""

    def session_file(self, session: str) -> Path | None:  # noqa: ARG002 the protocol's signature
        """It writes nothing down that could be read here."""
        return None

    def as_output(self, before: bytes, since: bytes) -> bytes:  # noqa: ARG002 the protocol's signature
        """Nothing can be told of what it writes down."""
        return b""

    def sessions(self) -> tuple[ListedSession, ...]:
        """It keeps no listing of the sessions that run."""
        return ()

    def end_session(self, session: ListedSession) -> bool:  # noqa: ARG002 the protocol's signature
        """It has no daemon that would."""
        return False

    def trouble_of_exit(self, code: int) -> Trouble | None:  # noqa: ARG002 the protocol's signature
        """Its output says it, or nothing does."""
        return None


def none_counted(kind: str, spec: AgentSpec) -> tuple[str, ...]:
    """The warning for an agent whose role allows sub-agents, of a program that tells of none."""
    if not spec.subagents:
        return ()
    return (f"{kind} tells of no sub-agents, so that none can be counted: {spec.name} gets none.",)


class Program(Protocol):
    """One kind of program."""

    name: str
    """As in swarm.toml and in specs."""
    kind: str
    """claude, codex, gemini, opencode or command."""
    start_cost_s: float
    """Processor seconds that a start takes: starts are staggered by it."""
    channel: bool
    """Words reach it while it runs."""
    holds_scope: bool
    """It holds an agent to its scope, whatever the agent tries."""
    has_sessions: bool
    """A session of it that ended can go on, headless or in a person's terminal."""
    logins: tuple[str, ...]
    """Variables of which one holds, or chooses, a login."""
    takes_command: bool
    """What it runs is the command of the spawn, where that names one; else it is told by its brief."""
    tested: tuple[str, ...]
    """The versions that the tests run, oldest first; none where its versions are nobody's but the operator's."""

    def prepare(self, spec: AgentSpec, layout: Layout, agent: AgentDir, brief: str = "") -> Launch:
        """How this agent is started; raises Refused `program` where that cannot be told. brief: the text of task.md."""
        ...

    def resume(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str, words: str) -> Launch | None:
        """How a session that ended is taken up again, headless, with `words`; None where this program cannot."""
        ...

    def take_over(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str) -> Launch | None:
        """How a session goes on in a person's terminal; None where this program cannot."""
        ...

    def why_not_logged_in(self, launch: Launch | None = None) -> str:
        """What the program itself says against starting this launch as it is logged in; '' for nothing.

        launch: None for an agent that would be spawned here.
        """
        ...

    def limited_to(self, cost_usd: float) -> "Program":
        """This program, which keeps to a limit in dollars by itself, before a request, where it can."""
        ...

    def say(self, text: str, key: str = "") -> bytes:
        """What goes into the channel to tell the agent something; b'' without one. key: a message's id."""
        ...

    def stop_subagent(self, key: str) -> bytes:
        """What goes into the channel to end one sub-agent of its own; b'' where it cannot."""
        ...

    def ask_to_end(self) -> bytes:
        """What goes into the channel to make it stop what it does and end; b'' where it cannot."""
        ...

    def ask_what_it_costs(self) -> bytes:
        """What goes into the channel to make it say what it has cost so far; b'' where it cannot."""
        ...

    def session_file(self, session: str) -> Path | None:
        """Where a session is written down, also while a person talks in it; None where that cannot be read."""
        ...

    def as_output(self, before: bytes, since: bytes) -> bytes:
        """What was said and used in a person's terminal, as lines of the headless output.

        before, since: the session's file up to when the person came, and what was added to it.
        """
        ...

    def sessions(self) -> tuple[ListedSession, ...]:
        """The sessions of this user that run, as the program's own listing tells; nothing where it keeps none."""
        ...

    def trouble_of_exit(self, code: int) -> Trouble | None:
        """The trouble of its service that its exit code tells of, where its output says only that a turn failed."""
        ...

    def end_session(self, session: ListedSession) -> bool:
        """Has the program's own daemon end a session; False where it has none, or where that failed."""
        ...

    def needs(self) -> tuple[Need, ...]:
        """What is there of what it needs: found, version, logged in, sandbox helpers. Reads no credential."""
        ...
