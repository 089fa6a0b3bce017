"""What the terminal says when the control room that beat is left: agents go on, and their heartbeats do not."""

from swarm.formatting import plural
from swarm.model.snapshot import Snapshot
from swarm.rules.heart import command


def farewell(snapshot: Snapshot) -> str:
    """Returns the words: what runs on without heartbeats, and how to keep them coming without a control room."""
    live = sum(view.record is not None and view.record.live for view in snapshot.agents)
    runs = f", and {plural(live, 'agent')} {'runs' if live == 1 else 'run'} on" if live else ""
    return f"No process beats in this home now{runs}. To keep its heartbeats coming: {command(snapshot.home)}"
