"""`Swarm(home)`: the facade that the app, the command line and the tests use. Thin: every act lives in its own room."""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from swarm.home.context import DEFAULT_WAIT, Home
from swarm.ledger.audit_log import Event
from swarm.model.actor import OPERATOR, Actor
from swarm.model.agent import Usage
from swarm.model.health import Verdict
from swarm.model.record import Alert, Beat
from swarm.model.snapshot import Snapshot
from swarm.model.time import Clock, Now
from swarm.protocol.paths import AgentDir, Layout

if TYPE_CHECKING:
    from swarm.errors import SwarmError
    from swarm.lifecycle.attach import Client
    from swarm.lifecycle.detach import Returned
    from swarm.model.requests import (
        Finding,
        KillPreview,
        KillReport,
        Messaged,
        ReadReport,
        Rehearsal,
        SpawnCheck,
        Spawned,
        SpawnRequest,
    )
    from swarm.protocol.roles import Role
    from swarm.scan.scanner import Scanner
    from swarm.scan.watcher import Watch


class Swarm:
    """One swarm home: look at it, and act on it. Methods that act raise SwarmError; none of them prints."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._scanner: Scanner | None = None

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
    ) -> "Swarm":
        """The swarm of a home; see `Home.open`."""
        return cls(Home.open(where, actor=actor, clock=clock, wait=wait, viewer=viewer, read_only=read_only))

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

    def snapshot(self) -> Snapshot:
        """A fresh look at everything. Reads only."""
        return self.scanner.full()

    def usage(self, snapshot: Snapshot, seconds: float = 0.1) -> Mapping[str, Usage]:
        """What agents' process trees use, by id: memory now, processor measured over `seconds`. Waits that long."""
        from swarm.scan.probes import usage_sampler

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

    def verdicts(self, snapshot: Snapshot, now: Now | None = None) -> dict[str, Verdict]:
        """The health of every agent of a snapshot, by id."""
        from swarm.rules.plan import verdicts

        return verdicts(snapshot, self.home.policy, now if now is not None else self.now())

    def watch(self, on_snapshot: Callable[[Snapshot], None]) -> "Watch":
        """A watch that calls `on_snapshot` from its own thread at every change; start and stop it."""
        from swarm.scan.watcher import Watch

        watching = self.home.policy.watch
        return Watch(self.scanner, seen_s=watching.seen, unseen_s=watching.unseen, on_snapshot=on_snapshot)

    def resolve(self, words: str) -> str:
        """The id that an id or an unambiguous tail of one means; raises NotFound (exit status 4) with the choices."""
        from swarm.home.resolve import resolve

        return resolve(self.home, words)

    def agent_dir(self, agent_id: str) -> AgentDir:
        """The files of an agent."""
        return self.home.layout.agent(agent_id)

    def events(self, limit: int = 500, *, agent: str | None = None, since_wall: float | None = None) -> list[Event]:
        """The last audit records, oldest first."""
        from swarm.ledger.audit_reader import recent

        return recent(self.home.layout, limit, agent=agent, since_wall=since_wall)

    def roles(self) -> "dict[str, Role | SwarmError]":
        """Every role of the home, or why it is not usable."""
        from swarm.protocol.roles import load_roles

        return load_roles(self.home.layout)

    def doctor(self) -> "list[Finding]":
        """What is right and wrong with home, programs, limits, clock and stray processes. Reads only."""
        from swarm.verbs.doctor import examine

        return examine(self.home)

    def rebuild(self) -> "list[Finding]":
        """`doctor --rebuild`: state.json (and a missing lock) anew from the tree."""
        from swarm.verbs.doctor import rebuild

        return rebuild(self.home)

    # -- agents --------------------------------------------------------------------------------------------------

    def check_spawn(self, request: "SpawnRequest", judged: Mapping[str, Verdict] | None = None) -> "SpawnCheck":
        """What a spawn would meet, without doing it: the form's live validation, `--dry-run`.

        judged: everybody's verdicts, where the caller has them; else the home is scanned where there is no room.
        """
        from swarm.verbs.spawn import check

        return check(self.home, request, lambda: judged if judged is not None else self.verdicts(self.snapshot()))

    def spawn(self, request: "SpawnRequest") -> "Spawned":
        """Checks everything, then starts the agent (or queues it). Raises Refused with the reason's code."""
        from swarm.lifecycle.spawn import spawn

        return spawn(self.home, request)

    def respawn(self, agent_id: str, *, fresh: bool = False) -> "Spawned":
        """The same spec again; the old directory stays as NAME.1, and what was learned goes into the brief.

        Where its program has the session of the earlier run, that goes on. fresh: it begins anew.
        """
        from swarm.verbs.respawn import respawn

        return respawn(self.home, agent_id, fresh=fresh)

    def why_not_attach(self, agent_id: str) -> str:
        """Why nobody can talk to this agent in a terminal now; '' where it can be tried."""
        from swarm.lifecycle.attach import why_not

        return why_not(self.home, self.home.ledger.read().agents.get(agent_id))

    def attach(self, agent_id: str, client: "Client", *, who: str = "the operator", spawn_id: str = "") -> "Returned":
        """Has `client` run the agent's session in a person's terminal; it is taken up again when they leave."""
        from swarm.verbs.attach import attach

        return attach(self.home, agent_id, client, who=who, spawn_id=spawn_id)

    def preview_kill(self, agent_ids: Sequence[str]) -> "list[KillPreview]":
        """Who would go down."""
        from swarm.verbs.kill import preview

        return preview(self.home, agent_ids, self.snapshot())

    def kill(
        self,
        agent_ids: Sequence[str],
        *,
        reason: str = "",
        grace: float | None = None,
        spawn_ids: Mapping[str, str] | None = None,
    ) -> "KillReport":
        """Stops the subtrees, children first. `spawn_ids` (id -> spawn id) keeps a namesake that came since.

        An id like `AGENT/~KEY` means one sub-agent that the agent's program runs inside itself.

        grace: seconds between the gentle signal and KILL; None takes the policy's, 0 is KILL at once.
        """
        from swarm.verbs.kill import kill

        return kill(self.home, agent_ids, reason=reason, grace=grace, spawn_ids=spawn_ids)

    def pause(self, agent_id: str, *, spawn_id: str = "") -> None:
        """Stops the whole subtree with SIGSTOP; paused time does not age."""
        from swarm.verbs.pause import pause

        pause(self.home, agent_id, spawn_id=spawn_id)

    def resume(self, agent_id: str, *, spawn_id: str = "") -> None:
        """Lets a paused subtree go on."""
        from swarm.verbs.pause import resume

        resume(self.home, agent_id, spawn_id=spawn_id)

    def freeze_all(self) -> int:
        """Pauses every live agent; returns how many."""
        from swarm.verbs.pause import freeze_all

        return freeze_all(self.home)

    def thaw_all(self) -> int:
        """Lets every paused agent go on; returns how many."""
        from swarm.verbs.pause import thaw_all

        return thaw_all(self.home)

    def hold(self, agent_id: str, *, beats: int, why: str, spawn_id: str = "") -> None:
        """No automatic kill for `beats` heartbeats; 0 takes the hold back."""
        from swarm.verbs.hold import hold

        hold(self.home, agent_id, beats=beats, why=why, spawn_id=spawn_id)

    def message(self, agent_id: str, text: str, *, spawn_id: str = "") -> "Messaged":
        """Leaves a message in the agent's inbox.md, and sends it at once where its program listens while it runs."""
        from swarm.verbs.message import message

        return message(self.home, agent_id, text, spawn_id=spawn_id)

    def read(self, agent_id: str) -> "ReadReport":
        """The results of an agent, marked read."""
        from swarm.verbs.read import read

        return read(self.home, agent_id)

    def settle(self) -> tuple[str, ...]:
        """Records what has ended by itself and frees its slots at once; returns the ids. Cheap where nothing has."""
        from swarm.verbs.read import collect

        return collect(self.home)

    def acknowledge(self, alerts: Iterable[Alert]) -> int:
        """Marks alerts as seen by a person; returns how many were new to it."""
        from swarm.verbs.acknowledge import acknowledge

        return acknowledge(self.home, alerts)

    # -- heartbeat -----------------------------------------------------------------------------------------------

    def rehearse(self, snapshot: Snapshot | None = None) -> "Rehearsal":
        """The exact plan of a heartbeat now. Changes nothing."""
        from swarm.heartbeat.beat import rehearse

        return rehearse(self.home, snapshot if snapshot is not None else self.snapshot())

    def beat(self, *, by: str, force: bool = False, skip: Iterable[str] = ()) -> Beat:
        """One heartbeat. skip: keys of actions that were unticked in the rehearsal.

        Raises Busy `heartbeat-running`, Refused `half-period` unless force.
        """
        from swarm.heartbeat.beat import beat

        return beat(self.home, by=by, force=force, skip=frozenset(skip), scanner=self.scanner)

    def own_heartbeat(self, by: str) -> bool:
        """Takes (or renews) the automatic heartbeat of this home; False where a living other has it."""
        from swarm.heartbeat.lease import own

        return own(self.home, by)

    def disown_heartbeat(self) -> None:
        """Gives the automatic heartbeat back, where this process has it."""
        from swarm.heartbeat.lease import disown

        disown(self.home)

    def beat_when_due(self, by: str) -> Beat | None:
        """The automatic heartbeat: beats when this process owns it and it is due; None where it is not."""
        from swarm.heartbeat.lease import beat_when_due

        return beat_when_due(self.home, by, scanner=self.scanner)
