"""Who acts on a home. Light: what agents call many times an hour imports it."""

from typing import NamedTuple


class Actor(NamedTuple):
    """The operator, an agent, or the engine in a heartbeat. Only an agent has an id and a spawn id."""

    kind: str = "operator"
    """`operator`, `agent` or `engine`."""
    agent: str = ""
    spawn_id: str = ""

    @property
    def is_agent(self) -> bool:
        return self.kind == "agent"

    @property
    def is_operator(self) -> bool:
        return self.kind == "operator"

    @property
    def is_engine(self) -> bool:
        return self.kind == "engine"

    def __str__(self) -> str:
        return self.agent if self.is_agent else self.kind


OPERATOR = Actor()
ENGINE = Actor("engine")
