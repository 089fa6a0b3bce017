"""What Claude Code remarks beside the conversation: retries, compactions, limits, errors in its own voice."""

from collections.abc import Iterator, Mapping
from typing import Any

from swarm.model.activity import Activity, Kind
from swarm.programs.stream_fields import block, child, children, ident, money, short, whole

ALIVE = Activity(Kind.WAITING)
"""It writes, and that is all there is to say."""


def alive(event: Mapping[str, Any]) -> Iterator[Activity]:  # noqa: ARG001 one signature for all
    """Any sign of life."""
    yield ALIVE


def synthetic(event: Mapping[str, Any], message: Mapping[str, Any], parent: str) -> Iterator[Activity]:
    """The program speaks in the model's place. Of an error of its own turn the result says the same right after."""
    failed = "error" in event
    if failed and not parent:
        return
    for part in children(message, "content", 20):
        text = block(part.get("text"), 20)
        if text:
            yield Activity(Kind.NOTE, text=text, error=failed, counts=False)


def compacted(event: Mapping[str, Any]) -> Iterator[Activity]:
    """The conversation was made shorter."""
    details = child(event, "compact_metadata")
    trigger, before = short(details, "trigger", 40), whole(details, "pre_tokens")
    text = "context compacted" + (f" ({trigger})" if trigger else "") + (f" at {before} tokens" if before else "")
    yield Activity(Kind.NOTE, text=text)


def notification(event: Mapping[str, Any]) -> Iterator[Activity]:
    """What it would show a person."""
    text = short(event, "text", 400)
    if text:
        yield Activity(Kind.NOTE, text=text, key=ident(event, "key"), counts=False)


def limits(event: Mapping[str, Any]) -> Iterator[Activity]:
    """The account's limits. Limits that are not reached are not reported."""
    details = child(event, "rate_limit_info")
    status = short(details, "status", 60)
    if status in ("", "allowed"):
        return
    used = money(details, "utilization")
    share = f", {used:.0%} used" if used is not None and used <= 10 else ""
    text = f"limit of the account: {status.replace('_', ' ')}{share}"
    yield Activity(Kind.NOTE, text=text, error=True, counts=False)


def retry(event: Mapping[str, Any]) -> Iterator[Activity]:
    """The model service refuses, or does not answer: no sign of life."""
    status, error = whole(event, "error_status"), short(event, "error", 80)
    if status:
        text = f"{status} {error.replace('_', ' ')}".strip()
    else:
        text = "no answer" if error in ("", "unknown") else error.replace("_", " ")
    yield Activity(
        Kind.RETRYING,
        text=text,
        count=whole(event, "attempt"),
        limit=whole(event, "max_retries"),
        counts=False,
    )
