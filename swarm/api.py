"""`Swarm(home)`: what app, command line and tests use. The rules and words of a verb stand in its module."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import swarm
from swarm.home.context import Home
from swarm.model.record import Ref
from swarm.model.time import Now
from swarm.protocol.paths import AgentDir

if TYPE_CHECKING:
    import swarm.admission.environment
    import swarm.heartbeat.lease
    import swarm.home.resolve
    import swarm.lifecycle.first_moments
    import swarm.lifecycle.spawn
    import swarm.verbs.acknowledge
    import swarm.verbs.adopt_stray
    import swarm.verbs.archive
    import swarm.verbs.attach
    import swarm.verbs.check_respawn
    import swarm.verbs.dismiss
    import swarm.verbs.doctor
    import swarm.verbs.handover
    import swarm.verbs.hold
    import swarm.verbs.kill
    import swarm.verbs.lint
    import swarm.verbs.merge
    import swarm.verbs.message
    import swarm.verbs.notify
    import swarm.verbs.pause
    import swarm.verbs.read
    import swarm.verbs.respawn
    import swarm.verbs.review
    import swarm.verbs.sessions
    import swarm.verbs.unread
    import swarm.verbs.worktrees  # noqa: TC004  (at run time `_verb` imports all of these)
    from swarm.errors import SwarmError
    from swarm.ledger.audit_log import Event
    from swarm.model.agent import Usage
    from swarm.model.beat import Beat
    from swarm.model.health import Verdict
    from swarm.model.requests import Rehearsal, SpawnCheck, SpawnRequest
    from swarm.model.results_inbox import ResultsEntry
    from swarm.model.snapshot import Snapshot
    from swarm.notify.start import Teller
    from swarm.protocol.role import Role
    from swarm.scan.scanner import Scanner
    from swarm.scan.watcher import Watch
P = ParamSpec("P")
R = TypeVar("R")


def _verb(module: str, find: Callable[[], Callable[Concatenate[Home, P], R]]) -> Callable[Concatenate["Swarm", P], R]:
    """A method of Swarm that hands its home and all arguments to a function, which says what they mean.

    module: where the function stands; it is imported when the method is first called, because a process that acts on a
    home needs one verb of all.
    """

    def method(self: "Swarm", /, *args: P.args, **kwargs: P.kwargs) -> R:
        import_module(f"swarm.{module}")
        return find()(self.home, *args, **kwargs)

    return method


def _opened(open_home: Callable[P, Home]) -> Callable[Concatenate[type["Swarm"], P], "Swarm"]:
    """A class method of Swarm that takes the arguments of `Home.open` and wraps the home."""

    def method(kind: type["Swarm"], /, *args: P.args, **kwargs: P.kwargs) -> "Swarm":
        return kind(open_home(*args, **kwargs))

    return method


class Swarm:
    """One swarm home: look at it, and act on it. Methods that act raise SwarmError; none of them prints."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._scanner: Scanner | None = None

    open = classmethod(_opened(Home.open))

    def reread(self) -> None:
        """Takes swarm.toml as it is now (see `Home.reread`). The scanner starts anew: its generations begin again."""
        self.home = self.home.reread()
        self._scanner = None

    # -- looking -------------------------------------------------------------------------------------------------

    @property
    def scanner(self) -> "Scanner":
        """The scanner of this process: it keeps what it has seen, so that the next look is cheap."""
        if self._scanner is None:
            from swarm.scan.scanner import Scanner

            self._scanner = Scanner(self.home)
        return self._scanner

    def snapshot(self) -> "Snapshot":
        """A fresh look at everything. Reads only."""
        return self.scanner.full()

    def first_look(self) -> "Snapshot":
        """The same, but of a large swarm only what can be shown at once: then `pulse.looking`, and a watch goes on."""
        return self.scanner.first_look()

    def usage(self, snapshot: "Snapshot", seconds: float = 0.1) -> "Mapping[str, Usage]":
        """What agents' process trees use, by id: memory now, processor measured over `seconds`. Waits that long."""
        from swarm.probes.probes import usage_sampler

        living = {view.id: view.record for view in snapshot.agents if view.record is not None and view.record.live}
        if not living:
            return {}
        sample = usage_sampler()
        sample(living)
        time.sleep(seconds)
        return sample(living)

    def now(self) -> Now:
        """The clocks, as this home's ledger counts them."""
        return self.home.now()

    def verdicts(self, snapshot: "Snapshot", now: Now | None = None) -> "dict[str, Verdict]":
        """The health of every agent of a snapshot, by id."""
        from swarm.rules.verdicts import verdicts

        return verdicts(snapshot, self.home.policy, now if now is not None else self.now())

    def watch(self, on_snapshot: "Callable[[Snapshot], None]") -> "Watch":
        """A watch that calls `on_snapshot` from its own thread at every change; start and stop it."""
        from swarm.scan.watcher import Watch

        watching = self.home.policy.watch
        return Watch(self.scanner, seen_s=watching.seen, unseen_s=watching.unseen, on_snapshot=on_snapshot)

    def agent_dir(self, agent_id: str) -> AgentDir:
        """The files of an agent."""
        return self.home.layout.agent(agent_id)

    def events(self, limit: int = 500, *, agent: str | None = None, since_wall: float | None = None) -> "list[Event]":
        """The last audit records, oldest first."""
        from swarm.ledger.audit_reader import recent

        return recent(self.home.layout, limit, agent=agent, since_wall=since_wall)

    def roles(self) -> "dict[str, Role | SwarmError]":
        """Every role of the home, or why it is not usable."""
        from swarm.protocol.roles import load_roles

        with self.home.checked() as checked:
            return load_roles(self.home.layout, checked)

    doctor = _verb("verbs.doctor", lambda: swarm.verbs.doctor.examine)
    addressees = _verb("verbs.notify", lambda: swarm.verbs.notify.addressees)
    test_targets = _verb("verbs.notify", lambda: swarm.verbs.notify.send_test)
    lint = _verb("verbs.lint", lambda: swarm.verbs.lint.lint)
    resolve = _verb("home.resolve", lambda: swarm.home.resolve.resolve)
    diff = _verb("verbs.merge", lambda: swarm.verbs.merge.diff)
    worktrees = _verb("verbs.worktrees", lambda: swarm.verbs.worktrees.worktrees)
    sessions = _verb("verbs.sessions", lambda: swarm.verbs.sessions.sessions)
    unlisted = _verb("verbs.sessions", lambda: swarm.verbs.sessions.unlisted)
    archived = _verb("verbs.archive", lambda: swarm.verbs.archive.archived)
    preview_kill = _verb("verbs.kill", lambda: swarm.verbs.kill.preview)

    def check_spawn(self, request: "SpawnRequest", snapshot: "Snapshot | None" = None) -> "SpawnCheck":
        """What a spawn would meet, without doing it: the form's live validation, `--dry-run`.

        snapshot: what the caller has seen last; else the home is scanned.
        """
        from swarm.rules.budgets.slots import ghosts_in
        from swarm.verbs.spawn import check

        seen = snapshot if snapshot is not None else self.snapshot()
        return check(self.home, request, lambda: self.verdicts(seen), ghosts_in(seen))

    def check_respawn(
        self,
        meant: Sequence[Ref],
        snapshot: "Snapshot | None" = None,
        *,
        force: bool = False,
        here: bool = False,
        kill_first: Sequence[str] = (),
    ) -> "SpawnCheck":
        """What a respawn of these agents would meet, without doing it. snapshot: what the caller has seen last."""
        from swarm.verbs.check_respawn import check_respawn

        seen = snapshot if snapshot is not None else self.snapshot()
        more = {"force": force, "here": here}
        return check_respawn(self.home, meant, kill_first=kill_first, judge=lambda: self.verdicts(seen), **more)

    def why_not_attach(self, agent_id: str) -> str:
        """Why an operator cannot talk to this agent in a terminal now; '' where it can be tried."""
        from swarm.lifecycle.attach import why_not

        return why_not(self.home, self.home.ledger.read().agents.get(agent_id))

    def results(self, snapshot: "Snapshot | None" = None) -> "tuple[ResultsEntry, ...]":
        """The results inbox, the newest first; see `verbs.results.results`. Changes nothing."""
        from swarm.verbs.results import results

        return results(self.home, snapshot if snapshot is not None else self.snapshot())

    def rehearse(self, snapshot: "Snapshot | None" = None) -> "Rehearsal":
        """The exact plan of a heartbeat now. Changes nothing."""
        from swarm.heartbeat.beat import rehearse

        return rehearse(self.home, snapshot if snapshot is not None else self.snapshot())

    # -- acting ----------------------------------------------------------------------------------------------------

    spawn = _verb("lifecycle.spawn", lambda: swarm.lifecycle.spawn.spawn)
    why_ended_at_once = _verb("lifecycle.first_moments", lambda: swarm.lifecycle.first_moments.why_ended_at_once)
    adopt = _verb("verbs.sessions", lambda: swarm.verbs.sessions.adopt)
    respawn = _verb("verbs.respawn", lambda: swarm.verbs.respawn.respawn)
    attach = _verb("verbs.attach", lambda: swarm.verbs.attach.attach)
    keep_environment = _verb("admission.environment", lambda: swarm.admission.environment.keep_if_missing)
    kill = _verb("verbs.kill", lambda: swarm.verbs.kill.kill)
    pause = _verb("verbs.pause", lambda: swarm.verbs.pause.pause)
    resume = _verb("verbs.pause", lambda: swarm.verbs.pause.resume)
    freeze_all = _verb("verbs.pause", lambda: swarm.verbs.pause.freeze_all)
    thaw_all = _verb("verbs.pause", lambda: swarm.verbs.pause.thaw_all)
    hold = _verb("verbs.hold", lambda: swarm.verbs.hold.hold)
    message = _verb("verbs.message", lambda: swarm.verbs.message.message)
    read = _verb("verbs.read", lambda: swarm.verbs.read.read)
    unread = _verb("verbs.unread", lambda: swarm.verbs.unread.unread)
    accept = _verb("verbs.review", lambda: swarm.verbs.review.accept)
    reject = _verb("verbs.review", lambda: swarm.verbs.review.reject)
    merge = _verb("verbs.merge", lambda: swarm.verbs.merge.merge)
    handover = _verb("verbs.handover", lambda: swarm.verbs.handover.handover)
    remove_worktree = _verb("verbs.worktrees", lambda: swarm.verbs.worktrees.remove)
    prune_worktrees = _verb("verbs.worktrees", lambda: swarm.verbs.worktrees.prune)
    settle = _verb("verbs.read", lambda: swarm.verbs.read.collect)
    archive = _verb("verbs.archive", lambda: swarm.verbs.archive.archive)
    restore = _verb("verbs.archive", lambda: swarm.verbs.archive.restore)
    dismiss = _verb("verbs.dismiss", lambda: swarm.verbs.dismiss.dismiss)
    adopt_stray = _verb("verbs.adopt_stray", lambda: swarm.verbs.adopt_stray.adopt_stray)
    acknowledge = _verb("verbs.acknowledge", lambda: swarm.verbs.acknowledge.acknowledge)
    unacknowledge = _verb("verbs.acknowledge", lambda: swarm.verbs.acknowledge.unacknowledge)
    rebuild = _verb("verbs.doctor", lambda: swarm.verbs.doctor.rebuild)
    own_heartbeat = _verb("heartbeat.lease", lambda: swarm.heartbeat.lease.own)
    disown_heartbeat = _verb("heartbeat.lease", lambda: swarm.heartbeat.lease.disown)

    def beat(self, *, by: str, force: bool = False, skip: Iterable[str] = ()) -> "Beat":
        """One heartbeat, by this process's scanner; see `heartbeat.beat.beat`."""
        from swarm.heartbeat.beat import beat

        return beat(self.home, by=by, force=force, skip=frozenset(skip), scanner=self.scanner)

    def tell_operator(self, teller: "Teller", *, owner: bool, beaten: bool = False) -> bool:
        """Has the operator told what is new, by a process beside; see `notify.start`. Returns whether one was started.

        owner: this process has the heartbeat. beaten: it has just made one.
        """
        seen = self.scanner.last
        return teller.look(self.home, seen.alerts if seen is not None else (), owner=owner, beaten=beaten)

    def beat_when_due(self, by: str) -> "Beat | None":
        """The automatic heartbeat, where it is due, by this process's scanner; see `heartbeat.lease.beat_when_due`."""
        from swarm.heartbeat.lease import beat_when_due

        return beat_when_due(self.home, by, scanner=self.scanner)
