"""The demo's operator: what is spawned when, and what else people and accidents do in real life, each at its time."""

import signal
import threading
import time
from collections.abc import Callable

from msgspec import Struct

from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.processes.identity import send
from swarm_tui.demo.failures import FAILURES
from swarm_tui.demo.replay import Replay
from swarm_tui.demo.seen import Seen
from swarm_tui.demo.spawns import BUILDER, COURIER, CRASHED, PATIENT, REPORT, SCOUT, SPAWNS, VISITOR, Spawn

LOOK_MINUTES = 0.5
TRIES = 40
UNREAD_MINUTES = 20.0
PAUSE_EVERY, PAUSE_FOR = 60.0, 30.0


CAST = (*SPAWNS, *(failure.spawn for failure in FAILURES))


class Step(Struct):
    """Something that happens once. at: minutes after the start; it is tried again until it works."""

    at: float
    what: str
    act: Callable[[], None]
    tries: int = 0


class Operator(threading.Thread):
    """A thread beside the control room (or beside the headless loop). It only uses what an operator has."""

    def __init__(self, swarm: Swarm, minute: float) -> None:
        super().__init__(name="demo operator", daemon=True)
        self._swarm = Swarm(swarm.home)  # a scanner of its own: threads do not share one
        self._root = swarm.home.policy.root.id
        self._minute = minute
        self._began = time.monotonic()
        self._over = threading.Event()
        self._steps = [Step(each.at, f"spawn {each.name}", self._spawning(each)) for each in CAST]
        self._steps += [
            Step(0, "a visitor", self._visit),
            Step(4, f"hold {BUILDER}", self._hold),
            Step(6, f"lose {COURIER}", self._lose),
            Step(20, f"message {SCOUT}", self._message),
            Step(35, "edit a role", self._edit_role),
            Step(150, f"respawn {CRASHED}", lambda: self._respawn(CRASHED)),
        ]
        self._unread: dict[str, float] = {}
        self._replay = Replay(self._swarm)
        self._visited = 0.0
        self.seen = Seen()
        """What has happened so far, for whoever leaves the demo and asks."""
        self.troubles: list[str] = []
        """Steps that failed at every try, to explain a demo that misses something."""

    def run(self) -> None:
        while not self._over.is_set():
            for step in [step for step in self._steps if step.at <= self._minutes]:
                if self._over.is_set():
                    return
                self._give(step)
            try:
                self._look()
            except SwarmError as error:
                self._note(f"look: {error}")
            self._over.wait(max(0.05, LOOK_MINUTES * self._minute))

    def end(self, deadline: float = 15.0) -> None:
        """No more acts; waits until one that is under way is over."""
        self._over.set()
        if self.is_alive():
            self.join(deadline)

    @property
    def _minutes(self) -> float:
        return (time.monotonic() - self._began) / self._minute

    def _give(self, step: Step) -> None:
        step.tries += 1
        try:
            step.act()
        except SwarmError as error:
            if step.tries < TRIES:
                return  # its time has not come: not started yet, no slot yet
            self._note(f"{step.what}: {error}")
        self._steps.remove(step)

    def _note(self, trouble: str) -> None:
        if trouble not in self.troubles and len(self.troubles) < 100:
            self.troubles.append(trouble)

    def _id(self, name: str) -> str:
        return f"{self._root}/{name}"

    # -- once

    def _spawning(self, asked: Spawn) -> Callable[[], None]:
        def act() -> None:
            self._swarm.spawn(asked.request(self._root))

        return act

    def _hold(self) -> None:
        self._swarm.hold(self._id(BUILDER), beats=6, why="a long build, it will speak again")

    def _message(self) -> None:
        self._swarm.message(self._id(SCOUT), "Only shops that ship to Europe, please.")

    def _respawn(self, name: str) -> None:
        self._swarm.respawn(self._id(name))

    def _edit_role(self) -> None:
        """Somebody changes what workers are told while workers run, who go on under the old text (failure 5)."""
        with self._swarm.home.layout.role("worker").open("a") as file:
            file.write("\nWrite shorter sentences.\n")

    def _lose(self) -> None:
        """The courier and its keeper are gone in one moment, as when the machine kills what takes too much memory."""
        record = self._swarm.home.ledger.read().agents.get(self._id(COURIER))
        if record is None or record.phase is not Phase.RUNNING or record.keeper is None or record.process is None:
            raise SwarmError(f"{COURIER} does not run yet.")
        for identity in (record.keeper, record.process):
            send(identity, signal.SIGKILL)

    def _visit(self) -> None:
        """Makes a foreign agent: a directory with progress and without agent.json, which this swarm did not start."""
        visitor = self._swarm.home.layout.agent(VISITOR)
        visitor.path.mkdir(exist_ok=True)
        visitor.task.write_text("Started by hand, from another terminal.\n")
        self._write_as_visitor("Working beside the swarm, started by hand.")

    def _write_as_visitor(self, text: str) -> None:
        self._visited = self._minutes
        with self._swarm.home.layout.agent(VISITOR).progress.open("a") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} - {text}\n")

    # -- again and again

    def _look(self) -> None:
        snapshot = self._swarm.snapshot()
        verdicts = self._swarm.verdicts(snapshot)
        self.seen.look(snapshot, verdicts)
        self._read_what_is_done(snapshot, verdicts)
        self._pause_and_resume(snapshot.agent(self._id(PATIENT)))
        self._replay.look(snapshot, self._minutes)
        if self._visited and self._minutes - self._visited > 12:
            self._write_as_visitor(f"Page {self._minutes:.0f} of 20000 is proofread, by hand.")

    def _read_what_is_done(self, snapshot: Snapshot, verdicts: dict[str, Verdict]) -> None:
        """The operator reads what stands directly below the root; what a meta forgot only after its alert.

        The results of the ten failures lie until their replay.
        """
        for view in snapshot.agents:
            unread = view.record is not None and view.record.read_at is None
            if not unread or verdicts[view.id].state is not Health.DONE or view.parent == self._id(REPORT):
                continue
            if view.parent == self._root:
                due = self._minutes - self._unread.setdefault(view.id, self._minutes) > UNREAD_MINUTES
            else:
                alerted = any(
                    alert.agent == view.id and alert.cause is AlertCause.RESULTS_UNREAD for alert in snapshot.alerts
                )
                due = alerted and self._minutes - self._unread.setdefault(view.id, self._minutes) > 6
            if due:
                self._swarm.read(view.id)
                self._unread.pop(view.id, None)

    def _pause_and_resume(self, view: AgentView | None) -> None:
        record = view.record if view is not None else None
        if record is None or record.phase is not Phase.RUNNING:
            return
        in_pause = 4 <= self._minutes % PAUSE_EVERY < 4 + PAUSE_FOR
        if in_pause and record.paused is None:
            self._swarm.pause(record.id, spawn_id=record.spawn_id)
        elif not in_pause and record.paused is not None:
            self._swarm.resume(record.id, spawn_id=record.spawn_id)
