"""Alerts between two heartbeats."""

from swarm.home.context import Home
from swarm.ledger.state import State, raise_alert
from swarm.model.causes import AlertCause


def raise_now(home: Home, agent: str, cause: AlertCause, text: str, spawn_id: str = "") -> None:
    """Raises an alert without waiting for the next heartbeat. agent: '' for the swarm itself. Raises SwarmError."""

    def change(state: State) -> State:
        return raise_alert(state, agent, cause, text, spawn_id, home.clock.wall())

    home.ledger.commit(change, purpose=f"say of {agent or 'the swarm'}: {cause}")
