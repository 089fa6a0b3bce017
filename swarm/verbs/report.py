"""What an agent says of itself: a line of progress, and its results once. Light: agents call these often."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from swarm.errors import Code, Refused, SwarmError
from swarm.ledger import audit_log
from swarm.model.actor import Actor, AuditVerb
from swarm.protocol import unreported
from swarm.protocol.paths import AgentDir, Layout

if TYPE_CHECKING:
    from pathlib import Path


def progress(layout: Layout, actor: Actor, text: str, outputs: int | None = None) -> str:
    """Appends one stamped line to the actor's own progress.md. Returns the line.

    outputs: the agent's own count of its outputs. Raises Refused `hierarchy` where the actor is no agent,
    Usage where there is nothing to say, SwarmError where the disk refuses.
    """
    from swarm.protocol.progress import append

    try:
        agent = _own(layout, actor)
        line = append(agent, text, outputs, time.time())
        unreported.clear(agent)
    except SwarmError as error:
        _note(layout, actor, AuditVerb.PROGRESS, error)
        _record(layout, actor, AuditVerb.PROGRESS, error=error)
        raise
    _record(layout, actor, AuditVerb.PROGRESS, line=line)
    return line


def done(
    layout: Layout,
    actor: Actor,
    *,
    status: str = "success",
    summary: str = "",
    outputs: Sequence[str] = (),
    given: dict[str, Any] | None = None,
) -> "Path":
    """Writes the actor's own results.json, atomically and once. Returns its path.

    given: a whole results object (`--file`); what is named beside it wins over what stands in it.
    Raises Refused: `hierarchy` where the actor is no agent, `exists` where valid results are there already.
    Raises Usage where the object is not what protocol.md calls results.
    """
    from swarm.protocol.results import results_value  # progress need not pay for it

    try:
        agent = _own(layout, actor)
        value = results_value(status=status, summary=summary, outputs=outputs, given=given, spawn_id=actor.spawn_id)
        _write_once(agent, value)
        unreported.clear(agent)
    except SwarmError as error:
        _note(layout, actor, AuditVerb.DONE, error)
        _record(layout, actor, AuditVerb.DONE, error=error)
        raise
    _record(layout, actor, AuditVerb.DONE, status=value["status"])
    return agent.results


def _write_once(agent: AgentDir, value: dict[str, Any]) -> None:
    from swarm.protocol.results import encode_results
    from swarm.store.writer import write_atomic

    data = encode_results(value)
    if _are_there(agent, value.get("spawn_id")):
        raise Refused(
            Code.EXISTS,
            "These results are written already.",
            f"{str(agent.results)!r} is there since before; results are written once.",
            "Stop here. What comes after is a new task, and a new agent.",
        )
    write_atomic(agent.results, data)


def _are_there(agent: AgentDir, spawn_id: object) -> bool:
    """Whether the agent's results are there. Another program's file of that name is put aside."""
    from swarm.protocol.results import check_results, is_foreign, read_object
    from swarm.store.jsonio import Invalid
    from swarm.store.validators import Wrong

    written = None
    try:
        written = read_object(agent.results)
        if written is not None:
            check_results(written, str(spawn_id or ""))
    except (Invalid, Wrong):
        if written is not None and is_foreign(written):
            _put_aside(agent)
        return False  # what the engine would not take is what this verb mends
    return written is not None


def _put_aside(agent: AgentDir) -> None:
    """Renames a file that another program wrote under the name of the results: it may be what was asked for."""
    from swarm.store import reader, syscalls

    with reader.directory(agent.path) as home:
        number = 1
        while (agent.path / f"results-{number}.json").exists():
            number += 1
        syscalls.rename(agent.results.name, f"results-{number}.json", home)


def _note(layout: Layout, actor: Actor, verb: AuditVerb, error: SwarmError) -> None:
    """What the disk did not take stands on the agent's row: the agent alone hears of the error."""
    if error.is_of_disk and actor.is_agent:
        unreported.note(layout.agent(actor.agent), str(verb), error.title, time.time())


def _own(layout: Layout, actor: Actor) -> AgentDir:
    if not actor.is_agent:
        raise Refused(
            Code.HIERARCHY,
            "Only an agent reports, and only as itself.",
            "SWARM_AGENT and SWARM_SPAWN are not set: this is not an agent's environment.",
            "The operator leaves a note with: swarm-tui message ID TEXT",
        )
    return layout.agent(actor.agent)


def _record(layout: Layout, actor: Actor, verb: AuditVerb, error: SwarmError | None = None, **more: object) -> None:
    if layout.foreign:
        return
    try:
        audit_log.append(
            layout,
            str(actor),
            verb,
            agent=actor.agent,
            spawn_id=actor.spawn_id,
            ok=error is None,
            code=error.code if error else "",
            reason=error.title if error else "",
            wall=time.time(),
            sync=None,
            wait_s=None,
            **more,
        )
    except SwarmError as failure:
        # A shell in a sandbox writes in its agent's directory alone; a full disk may take the report, and not its line.
        # What was reported stands there, and is read there: an agent that is told of a failure would report it again.
        if not failure.is_of_disk:
            raise
