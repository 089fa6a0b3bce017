"""What an agent says of itself: a line of progress, and its results once. Light: agents call these often."""

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from swarm import events
from swarm.errors import HomeError, Refused, SwarmError, Usage
from swarm.layout import AgentDir, Layout

if TYPE_CHECKING:
    from pathlib import Path

STATUSES = ("success", "failed", "partial")
MAX_RESULTS = 1 << 20


class Reporter(Protocol):
    """Who reports: `actor.Who` or `model.Actor`."""

    @property
    def kind(self) -> str: ...
    @property
    def agent(self) -> str: ...
    @property
    def spawn_id(self) -> str: ...


def progress(layout: Layout, actor: Reporter, text: str, outputs: int | None = None) -> str:
    """Appends one stamped line to the actor's own progress.md. Returns the line.

    outputs: the agent's own count of its outputs. Raises Refused `hierarchy` where the actor is no agent,
    Usage where there is nothing to say, SwarmError where the disk refuses.
    """
    from swarm.progress import append

    try:
        line = append(_own(layout, actor), text, outputs, time.time())
    except SwarmError as error:
        _record(layout, actor, "progress", error=error)
        raise
    _record(layout, actor, "progress", line=line)
    return line


def done(
    layout: Layout,
    actor: Reporter,
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
    try:
        agent = _own(layout, actor)
        value = results_value(status=status, summary=summary, outputs=outputs, given=given)
        _write_once(agent, value)
    except SwarmError as error:
        _record(layout, actor, "done", error=error)
        raise
    _record(layout, actor, "done", status=value["status"])
    return agent.results


def results_value(
    *, status: str, summary: str, outputs: Sequence[str], given: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The object that results.json is to hold, checked; raises Usage."""
    value: dict[str, Any] = dict(given) if given else {}
    if status != "success" or "status" not in value:
        value["status"] = status
    if summary or "summary" not in value:
        value["summary"] = summary
    if outputs or "outputs" not in value:
        value["outputs"] = list(outputs)
    value.setdefault("finished_at", _iso(time.localtime()))
    wrong = what_is_wrong(value)
    if wrong:
        raise Usage(
            "These are not results.",
            wrong,
            "results.json holds status (success, failed, partial), summary, outputs (paths), "
            "acceptance ({text, passed}) and finished_at.",
        )
    return value


def _iso(moment: time.struct_time) -> str:
    """ISO 8601 with the offset as all our times have it: +01:00."""
    offset = time.strftime("%z", moment)
    return time.strftime("%Y-%m-%dT%H:%M:%S", moment) + f"{offset[:3]}:{offset[3:5]}"


def what_is_wrong(value: dict[str, Any]) -> str:
    """Why an object is not results (protocol.md); '' where it is."""
    if value.get("status") not in STATUSES:
        return f"status is {value.get('status')!r:.100}; it is one of {', '.join(STATUSES)}."
    if not isinstance(value.get("summary"), str):
        return "summary is not text."
    paths = value.get("outputs")
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        return "outputs is not a list of paths."
    judged = value.get("acceptance", [])
    if not isinstance(judged, list) or not all(_is_judged(outcome) for outcome in judged):
        return "acceptance is not a list of {text, passed}."
    if not isinstance(value.get("finished_at"), str):
        return "finished_at is not text."
    return "" if _plain(value) else "It holds a number that JSON does not know (NaN, Infinity)."


def _is_judged(outcome: object) -> bool:
    return (
        isinstance(outcome, dict) and isinstance(outcome.get("text"), str) and isinstance(outcome.get("passed"), bool)
    )


def _plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_plain(item) for item in value.values())
    return all(_plain(item) for item in value) if isinstance(value, list) else True


def _write_once(agent: AgentDir, value: dict[str, Any]) -> None:
    import json

    from swarm.store import Invalid, read_json, write_atomic

    try:
        written = read_json(agent.results, MAX_RESULTS)
    except Invalid:
        written = None  # a cut or broken file is what this verb mends
    if written is not None:
        raise Refused(
            "exists",
            "These results are written already.",
            f"{str(agent.results)!r} is there since before; results are written once.",
            "Stop here. What comes after is a new task, and a new agent.",
        )
    data = (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    if len(data) > MAX_RESULTS:
        raise Usage(
            "These results are too large.",
            f"They have {len(data)} bytes, {MAX_RESULTS} at most are read.",
            "Put the contents into files and name them as outputs.",
        )
    write_atomic(agent.results, data)


def _own(layout: Layout, actor: Reporter) -> AgentDir:
    if actor.kind != "agent":
        raise Refused(
            "hierarchy",
            "Only an agent reports, and only as itself.",
            "SWARM_AGENT and SWARM_SPAWN are not set: this is not an agent's environment.",
            "The operator leaves a note with: swarm-tui message ID TEXT",
        )
    return layout.agent(actor.agent)


def _record(layout: Layout, actor: Reporter, verb: str, error: SwarmError | None = None, **more: object) -> None:
    if layout.foreign:
        return
    try:
        events.append(
            layout,
            actor.agent or actor.kind,
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
    except HomeError as failure:
        # A shell in a sandbox writes in its agent's directory alone. What it reported stands there, and is read there.
        if failure.code != "read-only":
            raise
