"""Who may take the reserve: roles that are made for what goes wrong, and the operator, who says so in a word."""

from swarm.errors import Code, Refused
from swarm.home.context import Home
from swarm.model.requests import SpawnRequest
from swarm.protocol.role import Role


def may_take_reserve(home: Home, request: SpawnRequest, role: Role | None) -> None:
    """Raises Refused `reserve` where an agent asks for the reserve for a role that has no right to it."""
    if not request.use_reserve or not home.actor.is_agent or (role is not None and role.reserve):
        return
    raise Refused(
        Code.RESERVE,
        f"The role {request.role!r} may not take the reserve.",
        "It is kept for what goes wrong: for roles whose file says `reserve: true`, and for the operator's own word.",
        "Wait for a slot (--queue), end an agent below you, or ask the operator.",
    )


def takes_reserve(request: SpawnRequest, role: Role | None) -> bool:
    """Whether this spawn may go into the reserve: as asked, or because its role has the right to it anyway."""
    return request.use_reserve or (role is not None and role.reserve)
