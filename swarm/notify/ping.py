"""The dead man's ping: an address or a command, called after each heartbeat: its absence is noticed elsewhere."""

import os

from swarm.config.notify_policy import Ping
from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.notify import commands
from swarm.notify.secrets import address_of


def ping(home: Home, heartbeat_n: int) -> str | None:
    """Calls it for heartbeat n; returns why that failed, '' where it did not, None where no ping is wanted."""
    wanted = home.policy.ping
    if wanted.command:
        told = {"schema": 1, "event": "ping", "home": str(home.layout.root), "n": heartbeat_n}
        return commands.run(wanted.command, home.layout.root, told, wanted.timeout)
    if not (wanted.url or wanted.env or wanted.file):
        return None
    try:
        return _called(address_of(wanted, os.environ), wanted)
    except SwarmError as error:
        return error.title


def _called(address: str, wanted: Ping) -> str:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    if not address.startswith(("http://", "https://")):
        return "its address is no http:// or https:// address"
    try:
        with urlopen(address, timeout=wanted.timeout):  # noqa: S310  (the scheme is checked above)
            return ""
    except HTTPError as error:
        return f"it answers {error.code}"
    except TimeoutError:
        return f"no answer within {wanted.timeout:g} s"
    except (OSError, ValueError) as error:  # its words may hold the address
        return f"no connection ({type(error).__name__})"
