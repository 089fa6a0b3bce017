"""Checks the object of results.json (protocol.md): one rule for writing and for reading."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from swarm.errors import UsageError
from swarm.formatting import spell_stamp
from swarm.store import validators
from swarm.store.jsonio import Invalid, for_people, parse_json
from swarm.store.reader import JSON_BYTES
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
    """Makes the object for results.json: named arguments win over `given`, missing fields are filled in."""
    value: dict[str, Any] = {key: item for key, item in given.items() if item is not None} if given else {}
    if status != "success" or "status" not in value:
        value["status"] = status
    if summary or "summary" not in value:
        value["summary"] = summary
    if outputs or "outputs" not in value:
        value["outputs"] = list(outputs)
    value.setdefault("finished_at", spell_stamp(time.time()))
    return value


def encode_results(value: dict[str, Any]) -> bytes:
    """Returns the text for results.json; raises UsageError where readers would refuse it as results."""
    try:
        data = for_people(value)
        check_results(parse_json(data))
    except Invalid as error:
        raise _no_results(error.why) from error
    except (RecursionError, ValueError) as error:  # Wrong is a ValueError; so are NaN and Infinity
        raise _no_results(str(error)) from error
    if len(data) > JSON_BYTES:
        raise UsageError(
            "These results are too large.",
            f"They have {len(data)} bytes, {JSON_BYTES} at most are read.",
            "Put the contents into files and name them as outputs.",
        )
    return data


def _no_results(why: str) -> UsageError:
    return UsageError(
        "These are not results.",
        f"{why[:300]}.",
        "results.json holds status (success, failed, partial), summary, outputs (paths), "
        "acceptance ({text, passed}) and finished_at.",
    )
