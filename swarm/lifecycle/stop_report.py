"""What a stop found and did, for the audit log and for its caller."""

from collections.abc import Mapping

from swarm.ending.end import End
from swarm.lifecycle.stop_unrecorded import KEY as UNRECORDED
from swarm.model.agent import FoundProcess
from swarm.model.requests import StopOutcome
from swarm.processes.runner import StopReport
from swarm.sanitize import clean


def facts(report: StopReport, note: str) -> Mapping[str, object]:
    """What the audit log and ended.json add of a stop. note: what came in between."""
    return {
        "found": [_plain(found) for found in report.found],
        "left": [_plain(found) for found in report.left],
        "steps": list(report.steps),
        "took_ms": report.took_ms,
        "note": note,
    }


def _plain(found: FoundProcess) -> dict[str, object]:
    return {"pid": found.pid, "command": clean(found.command, 200), "how": found.how}


def outcome(end: End) -> StopOutcome:
    """What the caller of a stop gets to know of one agent."""
    found = end.more.get("found", [])
    steps = end.more.get("steps", [])
    return StopOutcome(
        end.after.id,
        end.after.spawn_id,
        gone=not end.after.unverified,
        unverified=end.after.unverified,
        found=tuple(found) if isinstance(found, list) else (),
        may_have_left=end.after.may_have_left,
        steps=tuple(steps) if isinstance(steps, list) else (),
        note=str(end.more.get("note", "")),
        unrecorded=str(end.more.get(UNRECORDED, "")),
    )
