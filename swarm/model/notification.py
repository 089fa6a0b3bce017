"""What was told to whom, as kept between two looks; and one message."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from swarm.model.bounds import Count, Seconds, Text
from swarm.model.causes import Severity
from swarm.model.record import Alert

SCHEMA = 1


class Told(Struct, frozen=True, omit_defaults=True):
    """That an alert was told."""

    at: Seconds
    """Wall seconds of the last time."""
    times: Count = 1
    severity: Text = Severity.WARNING.value


class TargetMemory(Struct, frozen=True, omit_defaults=True):
    """What one target has heard."""

    told: Mapping[str, Told] = {}
    """By `agent\\ncause`."""
    last_at: Seconds = 0.0
    failed: Text = ""
    """Why the last message did not reach it; '' where it did."""
    failures: Count = 0
    """In a row."""


class Memory(Struct, frozen=True, omit_defaults=True):
    """swarm/notified.json: what targets, commands and the ping know already. Only who tells writes it."""

    schema: int = SCHEMA
    targets: Mapping[str, TargetMemory] = {}
    event_seq: Count | None = None
    """The last line of events.jsonl that commands have heard of; None before the first look."""
    heartbeat_n: Count | None = None
    """The last heartbeat that commands and the ping have heard of."""
    alerts: tuple[Text, ...] = ()
    """Keys of the alerts that commands have heard of, while they stand open."""
    needs_you: tuple[Text, ...] = ()
    """Agents that needed a person at the last look."""
    pinged_n: Count = 0
    """The last heartbeat for which the ping was called."""


class Addressee(NamedTuple):
    """One who is told, as `notify` lists them."""

    name: str
    where: str
    """Where the address stands; never the address."""
    severity: str
    """The mildest alert that is told."""
    quiet: str
    memory: TargetMemory


class Due(NamedTuple):
    """What one target is to hear now."""

    target: str
    messages: tuple["Message", ...]
    memory: TargetMemory
    """What it has heard, once it has heard this."""


class Message(NamedTuple):
    """One message. Its texts are fit for a screen; what agents wrote in them is quoted."""

    title: str
    text: str
    severity: Severity
    alerts: tuple[Alert, ...] = ()
