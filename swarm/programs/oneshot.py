"""What Codex, Gemini and OpenCode have in common: a prompt on standard input, one turn, an end."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from signal import SIGINT

from msgspec import Struct

from swarm.config.policy import ProgramSettings
from swarm.errors import Code, Refused
from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.platform.own_command import our_command
from swarm.programs import preflight
from swarm.programs.base import Need, WithoutChannel, none_counted
from swarm.programs.environment import compose, own, present
from swarm.programs.prompt import prompt
from swarm.programs.run_marker import run_mark, session_file
from swarm.programs.work_places import owned, working_directory, worktree_of
from swarm.protocol.paths import AgentDir, Layout

SERVER = "swarm"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Run(Struct, frozen=True):
    """One start of such a program: who, where, and how it is held."""

    spec: AgentSpec
    layout: Layout
    agent: AgentDir
    cwd: Path
    held: str
    """`observe` or `owns`; '' for an agent that may write wherever its operator may."""
    owned: tuple[Path, ...]
    """What it may write beside its own directory, where it is held."""
    mcp: bool
    """Our MCP server is given to it."""
    inherited: Mapping[str, str]
    further: tuple[str, ...] = ()
    """Tools that it gets beside those of our list: `tools` of swarm.toml, where it is not held."""

    @property
    def writable(self) -> tuple[Path, ...]:
        """Where it may write, where it is held."""
        return (self.agent.path, *self.owned) if self.held else ()


class OneShot(WithoutChannel, ABC):
    """A program that works through one prompt and ends. It hears nothing while it runs, and its session can go on."""

    kind = ""
    start_cost_s = 1.0
    holds_scope = True
    has_sessions = True
    takes_command = False
    gentle_group = False
    tested: tuple[str, ...] = ()
    install = ""
    logins: tuple[str, ...] = ()
    """Variables of which one holds a login."""
    lists_tools = True
    """It takes a list of allowed tools, so that no release can add one; else what is known to go too far is off."""
    own_sandbox = False
    """Agents that own paths, or only observe, are held by its own sandbox; else without a shell."""

    def __init__(
        self, name: str, settings: ProgramSettings | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._inherited = present() if environment is None else environment
        self._settings = settings or ProgramSettings()

    # -- what differs ----------------------------------------------------------------------------------------------

    @abstractmethod
    def headless(self, run: Run, session: str, *, resume: bool) -> tuple[str, ...]:
        """The words after the executable. session: the one to take up again, or the one that we chose."""

    @abstractmethod
    def interactive(self, run: Run, session: str) -> tuple[str, ...]:
        """The words after the executable for a session that goes on in a terminal."""

    @abstractmethod
    def here(self, run: Run) -> Iterable[str]:
        """What it is told of how it works here."""

    @abstractmethod
    def credentials(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Where its login lies, where it is in a file. It is looked for, never opened."""

    @abstractmethod
    def configs(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Files of the operator's that may give it a provider, and with it a login, of its own."""

    def new_session(self) -> str:
        """The id of a fresh session, where we choose it; '' where the program does."""
        return ""

    def environment(self, run: Run) -> Mapping[str, str]:  # noqa: ARG002 for those that have one
        """What is set for it beside who the agent is."""
        return {}

    def files(self, run: Run) -> Mapping[Path, bytes]:  # noqa: ARG002 for those that have some
        """Files that must be there before it starts, beside its prompt."""
        return {}

    def can_hold(self, run: Run) -> tuple[str, ...]:  # noqa: ARG002 for those that cannot always
        """What is weaker here than it could be; raises Refused `scope` where the agent cannot be held at all."""
        return ()

    # -- the protocol ----------------------------------------------------------------------------------------------

    def prepare(self, spec: AgentSpec, layout: Layout, agent: AgentDir, brief: str = "") -> Launch:
        """A fresh session with the brief as its prompt; raises Refused `scope` where its scope cannot be held."""
        run = self._run(spec, layout, agent)
        session = self.new_session()
        words = prompt(spec, layout, brief, self.here(run))
        return self._launch(run, self.headless(run, session, resume=False), words, session)

    def resume(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str, words: str) -> Launch | None:
        """The same session with `words` as its next turn. Its old process must be gone."""
        run = self._run(spec, layout, agent)
        return self._launch(run, self.headless(run, session, resume=True), words, session)

    def take_over(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str) -> Launch | None:
        """The same session in a person's terminal, held to the same scope."""
        run = self._run(spec, layout, agent)
        return Launch(
            spawn_id=spec.spawn_id,
            argv=(*self._executable(), *self.interactive(run, session)),
            env=self._own_environment(run),
            cwd=run.cwd,
            inherited=self._inherited,
            session=session,
            gentle_signal=SIGINT,
            files=self.files(run),
        )

    def needs(self) -> tuple[Need, ...]:
        """The executable, a login as far as that shows, and how agents are held."""
        environment = {**self._inherited, **self._settings.env}
        return (
            preflight.found(self._executable()[0], environment, hint=f"Install it with: npm install -g {self.install}"),
            preflight.logged_in(
                self.kind, self.logins, self.credentials(environment), environment, self.configs(environment)
            ),
            self._holds(),
            self._offers(),
        )

    def _offers(self) -> Need:
        if self.lists_tools:
            return Need(
                "tools", ok=True, text="its agents get those of a list, whatever a release adds", required=False
            )
        text = f"it takes no list of allowed tools: those of {self.tested[-1]} that reach too far are off by name"
        hint = "A newer release may offer its agents more: look at what it says is new before you update it."
        return Need("tools", ok=False, text=text, hint=hint, required=False)

    def _holds(self) -> Need:
        who = "agents that own paths or observe"
        if self.own_sandbox:
            return Need("scope", ok=True, text=f"{who} are held by its own sandbox (not tried here)", required=False)
        if self._settings.scope == "sandbox":
            text = f'it has no sandbox that could be used here; scope = "sandbox" refuses {who}'
            return Need("scope", ok=False, text=text, hint='Set scope = "auto".', required=False)
        return Need("scope", ok=True, text=f"{who} are held by its file tools, and get no shell", required=False)

    # -- shared ----------------------------------------------------------------------------------------------------

    def _executable(self) -> tuple[str, ...]:
        return self._settings.argv or (self.kind,)

    def _run(self, spec: AgentSpec, layout: Layout, agent: AgentDir) -> Run:
        held = "observe" if spec.observes else "owns" if spec.owns else ""
        places = owned(spec, layout) if held == "owns" else ()
        cwd = working_directory(spec, layout, agent)
        if held and not any(cwd.is_relative_to(path) for path in (agent.path, *places)):
            cwd = agent.path
        further = () if held else self._settings.tools
        return Run(spec, layout, agent, cwd, held, places, self._settings.mcp, self._inherited, further)

    def _own_environment(self, run: Run) -> dict[str, str]:
        return compose(run.spec, run.layout, self.environment(run), self._settings.env, run.spec.env)

    def _launch(self, run: Run, words: tuple[str, ...], text: str, session: str) -> Launch:
        warnings = (*(self.can_hold(run) if run.held else ()), *none_counted(self.kind, run.spec))
        files = {**self.files(run), run.agent.brief: text.encode("utf-8", "replace")}
        if session:
            files[run.agent.session] = session_file(run.spec, self.name, session)
        return Launch(
            spawn_id=run.spec.spawn_id,
            argv=(*self._executable(), *words),
            env=self._own_environment(run),
            cwd=run.cwd,
            inherited=self._inherited,
            stdin=run.agent.brief,
            mark=run_mark(run.spec, self.name),
            session=session,
            gentle_signal=SIGINT,
            gentle_group=self.gentle_group,
            files=files,
            warnings=warnings,
        )

    def _args(self) -> tuple[str, ...]:
        return self._settings.args


def server(run: Run) -> tuple[list[str], dict[str, str]]:
    """Our MCP server: its words, and its environment. It is told who calls; the agent cannot say otherwise."""
    return [*our_command(), "mcp"], own(run.spec, run.layout)


def handed_on(run: Run, *more: Mapping[str, str]) -> list[str]:
    """Names of what the agent's environment holds: some programs give their MCP servers nothing that is not named.

    What our server spawns needs the same logins and settings as what a shell spawns.
    """
    named = {*run.inherited, *run.spec.env, *(name for each in more for name in each)}
    return sorted(name for name in named - own(run.spec, run.layout).keys() if _NAME.match(name))


def must_be_directories(run: Run, program: str) -> None:
    """Raises Refused `scope` where a path that the agent owns is no directory that is there."""
    made_later = worktree_of(run.spec, run.layout)
    for path in run.owned:
        if path != made_later and not path.is_dir():
            what = "is a file" if path.exists() else "is not there yet"
            raise Refused(
                Code.SCOPE,
                f"{program} can hold an agent only to directories that are there, and {str(path)!r} {what}.",
                f"{run.spec.id!r} owns it.",
                f"Make the directory first, or let it own the one above:  mkdir -p {str(path)!r}"
                if not path.exists()
                else "Let it own the directory above, or use the program claude.",
            )


def without_shell(run: Run, program: str, wanted: str) -> tuple[str, ...]:
    """The warning of a program that can hold an agent only by giving it no shell.

    wanted: `scope` of its settings; raises Refused `scope` where that asks for a sandbox.
    """
    because = "only observes" if run.held == "observe" else f"owns {', '.join(run.spec.owns)}"[:200]
    if wanted == "sandbox":
        raise Refused(
            Code.SCOPE,
            f"{run.spec.id!r} is to be held in a sandbox, and {program} has none that could be used here.",
            f'[programs] scope = "sandbox" in swarm.toml asks for it; the agent {because}.',
            'Set scope = "auto": it is held without a shell. Or use the program claude or codex.',
        )
    return (f"{program} has no sandbox that could be used here, and {run.spec.name} {because}: it gets no shell.",)
