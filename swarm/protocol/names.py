"""Names and ids of agents: which are allowed, how a directory's name becomes part of an id, and who is above whom."""

import os
import re
from collections.abc import Container

from swarm.errors import Code, Refused

UNSEARCHED = frozenset({"log", "work", ".run", ".git", "node_modules"})
"""Directories in which no agents are looked for."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


def check_name(name: str) -> str:
    """Returns the name where it is allowed (`[a-z0-9][a-z0-9._-]{0,63}`, protocol.md); raises Refused `name`."""
    if not _NAME.match(name):
        raise Refused(
            Code.NAME,
            f"{name[:80]!r} is not a name for an agent.",
            "A name starts with a-z or 0-9 and goes on with a-z, 0-9, dot, dash and underscore, 64 at most.",
            f"Try {suggest_name(name)!r}.",
        )
    if name in UNSEARCHED:
        raise Refused(
            Code.NAME, f"{name!r} is a directory that is never searched for agents.", hint="Take another name."
        )
    return name


def is_name(name: str) -> bool:
    """Returns whether `check_name` allows a name."""
    return _NAME.match(name) is not None


def suggest_name(name: str) -> str:
    """The nearest allowed name."""
    import unicodedata  # most names are plain

    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")[:64] or "agent-1"


def check_id(agent_id: str) -> str:
    """Returns the id where every part of it is a name; raises Refused `name` (`..`, empty parts, NUL, too long)."""
    for part in agent_id.split("/"):
        check_name(part)
    return agent_id


def twin_key(name: str) -> str:
    """Returns one key for all names that a file system may treat as the same: case and Unicode form do not count."""
    import unicodedata  # most names are plain

    return unicodedata.normalize("NFC", name).casefold()


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+=@,~")


def escape_name(name: str) -> str:
    """A directory's name as a part of an id: what is not plain becomes `%XX` of its bytes, so that ids print safely."""
    if _NAME.match(name):
        return name
    raw = os.fsencode(name)
    shown = "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02x}" for byte in raw)
    return f"%2d{shown[1:]}" if shown.startswith("-") else shown


def unescape_id(agent_id: str) -> str:
    """The path below `agents` that an id stands for; raises Refused `name` where it would lead elsewhere."""
    if "%" not in agent_id:
        return agent_id
    import urllib.parse  # for names that are not allowed, and only seldom there

    parts = [os.fsdecode(urllib.parse.unquote_to_bytes(part)) for part in agent_id.split("/")]
    if any(part in ("", ".", "..") or "/" in part or "\0" in part for part in parts):
        raise Refused(Code.NAME, f"{agent_id[:80]!r} does not name an agent.", "It leads outside of the agents.")
    return "/".join(parts)


def parent_of(agent_id: str) -> str:
    """The id one directory up; '' at the top. The parent *agent* is found by the scan: directories may only group."""
    return agent_id.rpartition("/")[0]


def name_of(agent_id: str) -> str:
    """The last part of an id."""
    return agent_id.rpartition("/")[2]


def nearest(agent_id: str, known: Container[str]) -> str:
    """The id itself, or the nearest one above it that is known; '' where none is."""
    while agent_id and agent_id not in known:
        agent_id = parent_of(agent_id)
    return agent_id


def is_plain(session: str) -> bool:
    """A word that can stand in a command line and be nothing but a session there."""
    return 0 < len(session) <= 200 and session[0].isalnum() and session.replace("-", "").replace("_", "").isalnum()
