"""Delivers messages through apprise, each target within its time. Its words on a failure never show the address."""

import logging
import threading
from collections.abc import Sequence

from swarm.model.causes import Severity
from swarm.model.notification import Message


def deliver(address: str, messages: Sequence[Message], timeout: float) -> str:
    """Sends messages to one address; returns why they did not arrive, '' where they did.

    timeout: seconds for all of them. A service that hangs is left to its thread, which ends with this process.
    """
    said: list[str] = []
    sending = threading.Thread(target=lambda: said.append(_send(address, messages)), daemon=True)
    sending.start()
    sending.join(timeout)
    return said[0] if said else f"no answer within {timeout:g} s"


def _send(address: str, messages: Sequence[Message]) -> str:
    import apprise  # with requests and all: 300 ms that only a process pays which tells somebody

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it writes addresses
    service = apprise.Apprise()
    if not service.add(address):
        return "its address is none that apprise knows: scheme and form are listed by apprise --details"
    kinds = {Severity.WARNING: apprise.NotifyType.WARNING, Severity.DANGER: apprise.NotifyType.FAILURE}
    try:
        # Agents' words stand in it: as plain text, of which no service makes markup.
        arrived = all(
            service.notify(
                title=each.title,
                body=each.text,
                notify_type=kinds[each.severity],
                body_format=apprise.NotifyFormat.TEXT,
            )
            for each in messages
        )
    except Exception as error:  # noqa: BLE001  (a plugin of a service may raise anything; its words may hold the address)
        return f"it failed with {type(error).__name__}"
    return "" if arrived else "it did not take the message"
