"""Everything a verb needs to act on one home, opened once."""

import os

from msgspec import Struct

from swarm.config.checked import CheckedFiles, load_policy
from swarm.config.policy import Policy
from swarm.errors import Code, HomeError, PolicyError, Refused
from swarm.ledger.ledger import Ledger
from swarm.model.actor import OPERATOR, Actor
from swarm.model.snapshot import Access
from swarm.model.time import Clock, Now
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.processes.local_runner import LocalRunner
from swarm.processes.runner import Runner
from swarm.protocol.find import find_home
from swarm.protocol.paths import Layout
from swarm.protocol.working_directory import working_directory

DEFAULT_WAIT = 10.0


class Home(Struct, frozen=True):
    """A home with its policy, ledger, runner, and who acts on it. `wait`: seconds to wait for a lock."""

    layout: Layout
    policy: Policy
    clock: Clock
    ledger: Ledger
    runner: Runner
    actor: Actor = OPERATOR
    wait: float = DEFAULT_WAIT
    policy_error: PolicyError | None = None
    read_only: bool = False
    beat_every: float | None = None
    """Seconds between the automatic heartbeats of this process (`run --period`); None: the policy's period.
    It is a rhythm only: how long a silence may last is the policy's, for every surface alike."""

    @classmethod
    def open(
        cls,
        where: Layout | str | os.PathLike[str] | None = None,
        *,
        actor: Actor = OPERATOR,
        clock: Clock | None = None,
        wait: float = DEFAULT_WAIT,
        viewer: bool = False,
        read_only: bool = False,
    ) -> "Home":
        """The home of a layout, of a directory, or (None) found as the command line finds it.

        viewer: a wrong swarm.toml does not stop it: the default policy stands in, and `policy_error` says why.
        Raises NotFound `no-home`, PolicyError.
        """
        layout = where if isinstance(where, Layout) else find_home(where, os.environ, working_directory())
        ticking = clock if clock is not None else SystemClock()
        policy, problem = Policy(), None
        if not layout.foreign:
            try:
                with _checked(layout, read_only=read_only) as checked:
                    policy = load_policy(layout.policy, checked)
            except PolicyError as error:
                if not viewer:
                    raise
                problem = error
        ledger = Ledger(layout, ticking, wait=wait)
        runner = LocalRunner(layout, ticking)
        return cls(layout, policy, ticking, ledger, runner, actor, wait, problem, read_only)

    @property
    def beat_period(self) -> float:
        """Seconds between two automatic heartbeats of this process."""
        return self.beat_every if self.beat_every is not None else self.policy.heartbeat.period

    def reread(self) -> "Home":
        """The same home under swarm.toml as it is now; where that is wrong, a viewer under the old settings."""
        try:
            with self.checked() as checked:
                policy = load_policy(self.layout.policy, checked)
        except PolicyError as error:
            return replace(self, policy_error=error)
        return replace(self, policy=policy, policy_error=None)

    def checked(self) -> CheckedFiles:
        """What was checked of this home's files before; used with `with`, it keeps what is checked anew."""
        return _checked(self.layout, read_only=self.read_only)

    def is_root(self, agent_id: str) -> bool:
        """Whether this is the root: what ends of it is a turn, and it stands above all others."""
        return agent_id == self.policy.root.id

    def now(self) -> Now:
        """The clocks, as this home's ledger counts them."""
        return self.ledger.now()

    def access(self) -> tuple[Access, str]:
        """Whether it can be written, and why not."""
        if self.read_only:
            return Access.ASKED, "opened with --read-only"
        from swarm.home.access import access  # a look at the disk that only viewers and doctors need

        return access(self.layout, self.policy_error)

    def must_be_writable(self) -> None:
        """Raises Refused `read-only` or HomeError where this home cannot be written."""
        if self.read_only:
            raise Refused(Code.READ_ONLY, "This home was opened read-only.", hint="Open it without --read-only to act.")
        if self.layout.foreign:
            raise Refused(
                Code.READ_ONLY,
                "This is not a swarm home: there is no swarm.toml.",
                f"{str(self.layout.root)!r} is shown as it is, and nothing in it is changed.",
                f"Make it one with: swarm-tui init {str(self.layout.root)!r}",
            )
        if self.policy_error is not None:
            raise HomeError(self.policy_error.title, self.policy_error.detail, self.policy_error.hint, code=Code.POLICY)


def _checked(layout: Layout, *, read_only: bool) -> CheckedFiles:
    return CheckedFiles(None if layout.foreign else layout.checked, writable=not read_only)
