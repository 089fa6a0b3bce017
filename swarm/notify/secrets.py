"""Where the address of a target stands: in the environment, or in a file that is closed to others."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from swarm.config.notify_policy import Secret
from swarm.errors import Code, Refused
from swarm.store.reader import Unreadable, read_head

MAX_BYTES = 4096


def address_of(secret: Secret, env: Mapping[str, str]) -> str:
    """The address; raises Refused `notify`, which says where it is missing and never what it is."""
    if secret.url:
        return secret.url
    if secret.env:
        if address := env.get(secret.env, "").strip():
            return address
        raise _refused(
            f"The variable {secret.env} is not set, or empty.",
            "It must stand in the environment of whoever has the heartbeat: the control room or swarm-tui run.",
        )
    path = Path(os.path.expanduser(secret.file))
    return _in_file(path)


def _in_file(path: Path) -> str:
    try:
        mode = os.stat(path).st_mode
        read = read_head(Path(os.path.realpath(path)), MAX_BYTES)
    except OSError as error:
        raise _refused(
            f"{str(path)!r} cannot be read: {error.strerror or error}.", "Put the address into it."
        ) from error
    except Unreadable as error:
        raise _refused(f"{str(path)!r} cannot be read: it {error.why}.", "It must be a plain file.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise _refused(f"{str(path)!r} can be read by others.", f"Close it: chmod 600 {path}")
    address = read.data.decode("utf-8", "replace").strip() if read is not None else ""
    if not address or "\n" in address:
        raise _refused(f"{str(path)!r} does not hold one address.", "One line with the address, and nothing else.")
    return address


def _refused(title: str, hint: str) -> Refused:
    return Refused(Code.NOTIFY, title, hint=hint)
