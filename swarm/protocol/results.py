"""Checks the object of results.json (protocol.md): one rule for writing and for reading."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from swarm.errors import UsageError
from swarm.formatting import spell_stamp
from swarm.store import validators
from swarm.store.jsonio import Invalid, for_people, parse_json, parse_written
from swarm.store.reader import JSON_BYTES, read_json
from swarm.store.validators import Wrong

STATUSES = ("success", "failed", "partial")
KEYS = ("status", "summary", "outputs", "acceptance", "finished_at")
"""The keys of results, as agents write them."""
WITNESS = "spawn_id"
"""The key by which `done` says whose results they are."""
_MEANT = {
    **dict.fromkeys(("completed", "complete", "done", "ok", "succeeded", "passed", "finished"), "success"),
    **dict.fromkeys(("error", "failure", "fail", "aborted", "cancelled", "blocked", "timeout"), "failed"),
    **dict.fromkeys(("incomplete", "in_progress", "in progress", "partially", "partial success"), "partial"),
}
"""Words that agents write for ours."""


def is_foreign(data: Mapping[str, Any]) -> bool:
    """Whether an object has no key of results: another program's file that only bears the name."""
    return not any(key in data for key in (*KEYS, WITNESS))


def check_results(data: Mapping[str, Any], spawn_id: str = "") -> None:
    """Raises Wrong, which says why, where an object is not results, or another spawn's. spawn_id: '' for any."""
    if is_foreign(data):
        raise Wrong(
            f"it has none of {', '.join(KEYS)}, so another program wrote it, and it ends nothing; "
            "let that program write elsewhere, and report with: swarm-tui done"
        )
    by = validators.text(data, WITNESS)
    if by and spawn_id and by != spawn_id:
        raise Wrong(f"it is of spawn {by[:64]}, and this agent is spawn {spawn_id}")
    status = data.get("status", "success")
    if status not in STATUSES:
        meant = _MEANT.get(status.strip().lower()) if isinstance(status, str) else None
        right = f'; write "{meant}"' if meant else f"; it is one of {', '.join(STATUSES)}"
        raise Wrong(f"status is {validators.quote(status)}{right}")
    validators.text(data, "summary")
    if any(isinstance(item, dict) for item in validators.items(data, "outputs")):
        raise Wrong('outputs holds an object; it is a list of paths, such as ["report.md"]')
    validators.texts(data, "outputs")
    for item in validators.items(data, "acceptance"):
        if (
            not isinstance(item, dict)
            or not isinstance(item.get("text"), str)
            or not isinstance(item.get("passed"), bool)
        ):
            raise Wrong(f"an item of acceptance is {validators.quote(item)}; it is an object of text and passed")
    validators.text(data, "finished_at")


def read_object(path: Path) -> dict[str, Any] | None:
    """The object that an agent wrote, in whatever encoding; None where there is no file. Raises Unreadable, Invalid."""
    return read_json(path, parse=parse_written)


def results_value(
    *, status: str, summary: str, outputs: Sequence[str], given: dict[str, Any] | None = None, spawn_id: str = ""
) -> dict[str, Any]:
    """Makes the object for results.json: named arguments win over `given`, missing fields are filled in.

    spawn_id: whose they are, which tells them from a file of that name by another program; '' where it is not known.
    """
    value: dict[str, Any] = {key: item for key, item in given.items() if item is not None} if given else {}
    if status != "success" or "status" not in value:
        value["status"] = status
    if summary or "summary" not in value:
        value["summary"] = summary
    if outputs or "outputs" not in value:
        value["outputs"] = list(outputs)
    value.setdefault("finished_at", spell_stamp(time.time()))
    if spawn_id:
        value[WITNESS] = spawn_id
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
