"""Writes audit log lines for the verbs of an opened home: who did what, refusals too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from swarm.errors import Code, SwarmError
from swarm.home.context import Home
from swarm.ledger import outbox
from swarm.model.actor import ENGINE, Actor, AuditVerb
from swarm.model.audit_line import AuditLine

NOTHING: Mapping[str, object] = MappingProxyType({})


def line(
    home: Home,
    verb: AuditVerb,
    *,
    agent: str = "",
    spawn_id: str = "",
    error: SwarmError | None = None,
    reason: str = "",
    actor: Actor | None = None,
    also: Mapping[str, object] = NOTHING,
    **more: object,
) -> AuditLine:
    """Makes the line, for a commit that carries it. error: why it was refused or failed; without one it was done.

    reason: why it was done. actor: who did it, where that is not who opened the home. also: further keys, like `more`.
    """
    return AuditLine(
        str(actor if actor is not None else home.actor),
        verb,
        home.clock.wall(),
        agent=agent,
        spawn_id=spawn_id,
        ok=error is None,
        code=error.code if error is not None else "",
        reason=f"{error.title} {error.detail}".strip() if error is not None else reason,
        more={**also, **more},
    )


def record(
    home: Home,
    verb: AuditVerb,
    *,
    agent: str = "",
    spawn_id: str = "",
    error: SwarmError | None = None,
    reason: str = "",
    actor: Actor | None = None,
    also: Mapping[str, object] = NOTHING,
    **more: object,
) -> None:
    """Appends the line that `line` makes of the same words.

    A home that is only looked at gets no line; a refusal whose line cannot be written (a full disk) is raised all the
    same.
    """
    if home.layout.foreign or home.read_only:
        return
    said = line(home, verb, agent=agent, spawn_id=spawn_id, error=error, reason=reason, actor=actor, also=also, **more)
    try:
        outbox.append(home.layout, said)
    except SwarmError:
        if error is None:
            raise


def by_engine(
    home: Home, verb: AuditVerb, *, agent: str = "", spawn_id: str = "", reason: str = "", **more: object
) -> None:
    """A line about what the engine did or noticed by itself."""
    record(home, verb, agent=agent, spawn_id=spawn_id, reason=reason, actor=ENGINE, also=more)


class Attempt:
    """A verb on its way. The verb says which agent is meant as soon as it knows it: a refusal's line names that one."""

    def __init__(self, agent: str) -> None:
        self.agent = agent


@contextmanager
def attempt(home: Home, verb: AuditVerb, agent: str = "", spawn_id: str = "", **more: object) -> Iterator[Attempt]:
    """Appends a line about the SwarmError that is raised within, and raises it on.

    agent: as the caller names it. What was done gets its line from the verb, which knows what there is to say of it.
    """
    under_way = Attempt(agent)
    try:
        yield under_way
    except SwarmError as error:
        record(home, verb, agent=under_way.agent, spawn_id=spawn_id, error=error, also=more)
        if home.actor.behind and error.code is Code.HIERARCHY:
            from swarm.home.ancestry import say_unnamed  # no act that is allowed waits for it

            say_unnamed(home.layout, home.actor, f"{verb} {under_way.agent}".strip())
        raise
