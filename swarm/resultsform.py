"""What makes an object of results.json results (protocol.md): one rule for engine and hooks."""

from collections.abc import Mapping
from typing import Any

from swarm import fields
from swarm.fields import Wrong

STATUSES = ("success", "failed", "partial")


def check_results(data: Mapping[str, Any]) -> None:
    """Raises Wrong, which says why, where an object is not results."""
    status = data.get("status", "success")
    if status not in STATUSES:
        raise Wrong(f"status is {fields.quote(status)}; it is one of {', '.join(STATUSES)}")
    fields.text(data, "summary")
    fields.texts(data, "outputs")
    for item in fields.items(data, "acceptance"):
        if (
            not isinstance(item, dict)
            or not isinstance(item.get("text"), str)
            or not isinstance(item.get("passed"), bool)
        ):
            raise Wrong(f"an item of acceptance is {fields.quote(item)}; it is an object of text and passed")
    fields.text(data, "finished_at")
