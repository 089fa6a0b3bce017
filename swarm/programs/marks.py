"""The line by which readers know where a run begins, and which model was ordered for it."""

import json
import time

from swarm.model import AgentSpec


def run_mark(spec: AgentSpec, program: str) -> bytes:
    """What a keeper writes into log/stdout before the start (`Launch.mark`)."""
    line = {"type": "swarm", "subtype": "run", "spawn_id": spec.spawn_id, "at": time.time()}
    return json.dumps({**line, "program": program, "model": spec.model}).encode() + b"\n"
