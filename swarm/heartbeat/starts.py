"""What a heartbeat starts: agents of the queue, and of the schedule. What fails for all alike is tried once."""

from collections.abc import Mapping

from msgspec import Struct

from swarm.errors import Code, HomeError, SwarmError
from swarm.home.context import Home
from swarm.lifecycle.spawn import spawn, spawn_queued
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.plan import Action, Executed
from swarm.model.requests import SpawnRequest
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.protocol.names import name_of
from swarm.protocol.roles import load_role


class Starts(Struct):
    """The starts of one heartbeat."""

    home: Home
    n: int
    """The number of the heartbeat."""
    views: Mapping[str, AgentView]
    done: Executed
    halted: dict[str, str] = {}
    """By program, '' for all of them: why nothing more of the queue is started by this heartbeat."""

    def queued(self, action: Action) -> None:
        """Starts one agent of the queue. Raises SwarmError for what is its own fault.

        A home that cannot be written, or a program that is gone, is one alert for all, and the queue waits for it.
        """
        view = self.views.get(action.agent)
        program = view.record.program if view is not None and view.record is not None else ""
        if why := self.halted.get("") or self.halted.get(program):
            self.done.note(action, ActionKind.SKIP, why)
            return
        try:
            spawned = spawn_queued(self.home, action.agent)
        except SwarmError as error:
            if not isinstance(error, HomeError) and error.code is not Code.PROGRAM:
                raise
            whose = "" if isinstance(error, HomeError) else program
            self.halted[whose] = why = f"the queue waits{f' for {whose}' if whose else ''}: {error}"
            self.done.note(action, ActionKind.SKIP, why)
            self.done.say(replace(action, agent="", spawn_id=""), AlertCause.NOT_STARTED, why)
            return
        if spawned is not None:
            self.done.note(replace(action, spawn_id=spawned.spawn_id), ActionKind.SPAWN, action.reason)

    def scheduled(self, action: Action) -> None:
        """Starts an agent whose role's turn it is. Raises SwarmError."""
        with self.home.checked() as checked:
            role = load_role(self.home.layout, action.role, checked)
        spawned = spawn(self.home, request_of_turn(action, self.n, role.summary), role)
        self.done.note(replace(action, spawn_id=spawned.spawn_id), ActionKind.SCHEDULE, action.reason)


def request_of_turn(action: Action, n: int, summary: str) -> SpawnRequest:
    """What heartbeat `n` asks for where a role's turn has come. summary: of the role, for its task."""
    task = f"Heartbeat {n}: it is your turn ({action.reason}). {summary}".rstrip()
    return SpawnRequest(name=name_of(action.agent), role=action.role, task=task)
