"""The program `command`: any argv, run as it stands, or in a box where it is held to a scope."""

from collections.abc import Mapping
from signal import SIGTERM

from swarm.config.policy import ProgramSettings
from swarm.errors import Code, Refused
from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.model.values import replace
from swarm.programs.agent_box import box_of
from swarm.programs.base import Need, WithoutChannel, none_counted
from swarm.programs.environment import compose, present
from swarm.programs.run_marker import run_mark
from swarm.programs.work_places import working_directory
from swarm.protocol.paths import AgentDir, Layout


class Command(WithoutChannel):
    """Runs the spec's own argv, else the one that swarm.toml gives this program."""

    kind = "command"
    start_cost_s = 0.05
    holds_scope = False
    has_sessions = False
    takes_command = True
    logins: tuple[str, ...] = ()
    tested: tuple[str, ...] = ()

    def __init__(
        self,
        name: str = "command",
        settings: ProgramSettings | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._inherited = present() if environment is None else environment
        self._settings = settings or ProgramSettings()

    def prepare(self, spec: AgentSpec, layout: Layout, agent: AgentDir, brief: str = "") -> Launch:  # noqa: ARG002 it has the file
        """How this agent is started; raises Refused `program` without an argv, `scope` without a box."""
        argv = spec.argv or self._settings.argv
        if not argv or not argv[0]:
            raise Refused(
                Code.PROGRAM,
                f"The program {self.name!r} does not say what to run.",
                hint=f'Write it after --, or in swarm.toml:  [programs.{self.name}]  argv = ["..."]',
            )
        if any("\0" in word for word in argv):
            raise Refused(Code.PROGRAM, "A word of the command holds a NUL byte.")
        launch = Launch(
            spawn_id=spec.spawn_id,
            argv=tuple(argv),
            env=compose(spec, layout, self._settings.env, spec.env),
            cwd=working_directory(spec, layout, agent),
            inherited=self._inherited,
            mark=run_mark(spec, self.name) if self._settings.format else b"",
            gentle_signal=SIGTERM,
        )
        box = box_of(spec, layout, agent, launch, self._settings.scope)
        return replace(launch, box=box.words, warnings=(*box.warnings, *none_counted(self.kind, spec)))

    def resume(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str, words: str) -> Launch | None:  # noqa: ARG002 the protocol's signature
        """A plain command has no session to go back to."""
        return None

    def take_over(self, spec: AgentSpec, layout: Layout, agent: AgentDir, session: str) -> Launch | None:  # noqa: ARG002 the protocol's signature
        """A plain command has no session to go on with."""
        return None

    def needs(self) -> tuple[Need, ...]:
        """Whatever the command is: a spawn looks for that."""
        return ()
