"""Everything a verb needs to act on one home, opened once."""

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from swarm.config.checked import CheckedFiles, last_right_policy, load_policy
from swarm.config.policy import Policy
from swarm.errors import Code, PolicyError, Refused
from swarm.ledger.ledger import Ledger
from swarm.model.actor import OPERATOR, Actor
from swarm.model.time import Clock, Now
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.processes.local_runner import LocalRunner
from swarm.processes.runner import Runner
from swarm.protocol.find import find_home
from swarm.protocol.paths import Layout
from swarm.protocol.working_directory import working_directory

if TYPE_CHECKING:
    from swarm.model.snapshot import Access

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
    """What is wrong with swarm.toml; None where it is right."""
    policy_known: bool = True
    """The policy is one that the operator wrote down: as it stands, or as it was when it was last right."""
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
        read_only: bool = False,
    ) -> "Home":
        """The home of a layout, of a directory, or (None) found as the command line finds it.

        Where swarm.toml is wrong, its last right settings hold, else the defaults; `policy_error` says what is wrong.
        Raises NotFound `no-home`.
        """
        layout = where if isinstance(where, Layout) else find_home(where, os.environ, working_directory())
        ticking = clock if clock is not None else SystemClock()
        policy: Policy | None = Policy()
        problem = None
        if not layout.foreign:
            with _checked(layout, read_only=read_only) as checked:
                try:
                    policy = load_policy(layout.policy, checked)
                except PolicyError as error:
                    policy, problem = last_right_policy(layout.policy, checked), error
        ledger = Ledger(layout, ticking, wait=wait)
        runner = LocalRunner(layout, ticking)
        known = policy is not None
        return cls(layout, policy or Policy(), ticking, ledger, runner, actor, wait, problem, known, read_only)

    @property
    def beat_period(self) -> float:
        """Seconds between two automatic heartbeats of this process."""
        return self.beat_every if self.beat_every is not None else self.policy.heartbeat.period

    def reread(self) -> "Home":
        """The same home under swarm.toml as it is now; where that is wrong, under the settings from before."""
        try:
            with self.checked() as checked:
                policy = load_policy(self.layout.policy, checked)
        except PolicyError as error:
            return replace(self, policy_error=error)
        return replace(self, policy=policy, policy_error=None, policy_known=True)

    def checked(self) -> CheckedFiles:
        """What was checked of this home's files before; used with `with`, it keeps what is checked anew."""
        return _checked(self.layout, read_only=self.read_only)

    def is_root(self, agent_id: str) -> bool:
        """Whether this is the root: what ends of it is a turn, and it stands above all others."""
        return agent_id == self.policy.root.id

    def now(self) -> Now:
        """The clocks, as this home's ledger counts them."""
        return self.ledger.now()

    def access(self) -> "tuple[Access, str]":
        """Whether it can be written, and why not."""
        if self.read_only:
            from swarm.model.snapshot import Access

            return Access.ASKED, f"opened inside {self.actor}" if self.actor.is_agent else "opened with --read-only"
        from swarm.home.access import access  # a look at the disk that only viewers and doctors need

        return access(self.layout, self.policy_error)

    def must_be_writable(self) -> None:
        """Raises Refused `read-only` where this home cannot be written. A wrong swarm.toml is no obstacle."""
        if self.read_only:
            raise Refused(Code.READ_ONLY, "This home was opened read-only.", hint="Open it without --read-only to act.")
        if self.layout.foreign:
            raise Refused(
                Code.READ_ONLY,
                "This is not a swarm home: there is no swarm.toml.",
                f"{str(self.layout.root)!r} is shown as it is, and nothing in it is changed.",
                f"Make it one with: swarm-tui init {str(self.layout.root)!r}",
            )

    def must_be_able_to_start(self) -> None:
        """Raises PolicyError where swarm.toml is wrong: no agent is started under settings that are being mended."""
        self._must_be_right(self.policy_error is None)

    def must_know_policy(self) -> None:
        """Raises PolicyError where the policy is a guess: a heartbeat would end agents by rules of no one's."""
        self._must_be_right(self.policy_error is None or self.policy_known)

    def _must_be_right(self, right: bool) -> None:
        if not right and (error := self.policy_error) is not None:
            raise PolicyError(error.title, f"{error.detail} {self.policy_words}".strip(), error.hint)

    @property
    def policy_words(self) -> str:
        """Which settings hold while swarm.toml is wrong, in a sentence; '' while it is right."""
        if self.policy_error is None:
            return ""
        if self.policy_known:
            return "What it said when it was last right holds; no agent is started until it is mended."
        return "What it said before is not known: defaults stand in, no agent is started, and no heartbeat is made."


def _checked(layout: Layout, *, read_only: bool) -> CheckedFiles:
    return CheckedFiles(None if layout.foreign else layout.checked, writable=not read_only)
