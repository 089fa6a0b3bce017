"""How a frozen value of the engine is changed: by a copy with other fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # msgspec's own takes any keyword of any type; this one has the type checker look at both.
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ["NOTHING", "replace"]

NOTHING: Mapping[Any, Any] = {}
"""The empty mapping that values share, and nobody writes into: thousands of agents have several each."""
