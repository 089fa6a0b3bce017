"""What makes an object of results.json results (protocol.md): one rule for engine and hooks."""

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from swarm.errors import Usage
from swarm.formatting import spell_stamp
from swarm.store import validators
from swarm.store.validators import Wrong

STATUSES = ("success", "failed", "partial")


def check_results(data: Mapping[str, Any]) -> None:
    """Raises Wrong, which says why, where an object is not results."""
    status = data.get("status", "success")
    if status not in STATUSES:
        raise Wrong(f"status is {validators.quote(status)}; it is one of {', '.join(STATUSES)}")
    validators.text(data, "summary")
    validators.texts(data, "outputs")
    for item in validators.items(data, "acceptance"):
        if (
            not isinstance(item, dict)
            or not isinstance(item.get("text"), str)
            or not isinstance(item.get("passed"), bool)
        ):
            raise Wrong(f"an item of acceptance is {validators.quote(item)}; it is an object of text and passed")
    validators.text(data, "finished_at")


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
    value.setdefault("finished_at", spell_stamp(time.time()))
    wrong = what_is_wrong(value)
    if wrong:
        raise Usage(
            "These are not results.",
            wrong,
            "results.json holds status (success, failed, partial), summary, outputs (paths), "
            "acceptance ({text, passed}) and finished_at.",
        )
    return value


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
