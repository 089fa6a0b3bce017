"""Strays, by the ids under which the tree shows them: found again, and ended."""

from signal import SIGTERM
from typing import TYPE_CHECKING

from swarm import platform
from swarm.errors import NotFound
from swarm.home import audit
from swarm.home.context import Home
from swarm.model.actor import AuditVerb
from swarm.model.agent import Identity, Liveness
from swarm.model.requests import StopOutcome
from swarm.model.stray import Stray
from swarm.processes import leftovers
from swarm.processes.identity import identify, look, send
from swarm.processes.members import below, marker_of

if TYPE_CHECKING:
    from swarm.model.snapshot import AgentView


def stray_views(home: Home) -> "dict[str, AgentView]":
    """Returns the views of all strays as a fresh look finds them, by id."""
    from swarm.probes.probes import Effort  # all that a scan needs: few kills are of strays
    from swarm.scan.scanner import Scanner

    return {view.id: view for view in Scanner(home).full(Effort.PLACES).agents if view.stray is not None}


def find_stray(home: Home, words: str) -> "AgentView":
    """Returns the view of the stray that is meant, by its id, the last part of it, or its pid; raises NotFound."""
    found = stray_views(home)
    wanted = words.strip().strip("/")
    exact = [found[wanted]] if wanted in found else []
    tails = [
        view
        for agent, view in found.items()
        if wanted and (agent.endswith("/" + wanted) or (view.stray and wanted == str(view.stray.process.pid)))
    ]
    meant = exact or tails
    if len(meant) == 1:
        return meant[0]
    raise NotFound(
        f"No stray {words[:100]!r} runs{' alone' if meant else ''}.",
        f"There run: {', '.join(list(found)[:8])}." if found else "It has ended, or was never one.",
        "swarm-tui status shows what runs.",
    )


def end_stray(home: Home, agent_id: str, stray: Stray, *, grace: float, reason: str) -> StopOutcome:
    """Ends a stray with all that it started, and says in the audit log what was found.

    What another agent of this home runs below it is left alone. grace: seconds between asking and killing.
    """
    above = home.ledger.read().agents.get(stray.above)
    # Its own marker, or that of the agent below which it emptied its environment, cuts where another agent begins.
    marker = marker_of(stray.process.pid) or (above.spawn_id if above is not None else "")
    family = _family(stray.process, marker)
    if grace > 0 and send(stray.process, SIGTERM):
        platform.wait_gone(stray.process.pid, stray.process.ticks, grace)
    swept = leftovers.end_listed(family, marker)
    left = ", ".join(f"pid {each.pid}" for each in swept.left)
    unverified = "" if swept.clean else f"still there: {left or 'some of it'}"
    audit.record(
        home,
        AuditVerb.KILL,
        agent=agent_id,
        reason=reason,
        stray=stray.command,
        gone=swept.clean,
        found=len(swept.found),
    )
    return StopOutcome(
        agent_id,
        "",
        gone=swept.clean,
        unverified=unverified,
        found=tuple({"pid": each.pid, "command": each.command, "how": each.how} for each in swept.found),
        note="a stray",
    )


def _family(head: Identity, marker: str) -> list[Identity]:
    """The process and all that descends from it now: who is orphaned by its end is still known."""
    if look(head) is not Liveness.ALIVE:
        return []
    inner = (identify(stat.pid) for stat in below([head.pid], marker))
    return [head, *(each for each in inner if each is not None)]
