"""The one door to processes. Its rooms: identity, discovery, stopping, sweeping, usage."""

from swarm.discovery import Proc, marked, spawned, tree
from swarm.identity import MARKER, identify, look, send
from swarm.stopping import Frozen, StopReport, freeze, stop, thaw
from swarm.sweeping import Found
from swarm.usage import UsageSampler

__all__ = [
    "MARKER",
    "Found",
    "Frozen",
    "Proc",
    "StopReport",
    "UsageSampler",
    "freeze",
    "identify",
    "look",
    "marked",
    "send",
    "spawned",
    "stop",
    "thaw",
    "tree",
]
