"""Who acts on a home. Light: what agents call many times an hour imports it."""

from typing import NamedTuple


class Actor(NamedTuple):
    """The operator, an agent, or the engine in a heartbeat. Only an agent has an id and a spawn id."""

    kind: str = "operator"
    """`operator`, `agent` or `engine`."""
    agent: str = ""
    spawn_id: str = ""

    def __str__(self) -> str:
        return self.agent if self.kind == "agent" else self.kind


OPERATOR = Actor()
ENGINE = Actor("engine")
