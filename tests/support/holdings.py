"""What a living program holds: how many things lie in each of its containers, by the way that leads to them."""

import gc
import os
import sys
import threading
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import NamedTuple

OURS = ("swarm.", "swarm_tui.", "widgets.")
_CONTAINERS = (dict, list, set, frozenset, tuple, deque)


class Holdings(NamedTuple):
    """Counts at one moment."""

    containers: Counter[str]
    """Elements by way: `room.agents._state.marks`; keys and numbers are left out, so that equals add up."""
    kinds: Counter[str]
    """Objects of our own classes that are alive at all."""
    threads: int
    descriptors: int


def holdings(**roots: object) -> Holdings:
    """Counts what these hold, threads and descriptors of the process, and our own objects, after a collection."""
    gc.collect()
    kinds = Counter(type(each).__qualname__ for each in gc.get_objects() if _is_ours(type(each)))
    found: Counter[str] = Counter()
    seen: set[int] = set()
    pending = deque(roots.items())
    while pending:  # the shortest way to a thing names it, so that it has the same name each time
        way, held = pending.popleft()
        if id(held) in seen:
            continue
        seen.add(id(held))
        if isinstance(held, _CONTAINERS):
            found[way] += len(held)
            pending += [(f"{way}[]", each) for each in _elements(held)]
        elif _is_ours(type(held)):
            pending += [(f"{way}.{name}", each) for name, each in _fields(held)]
        elif isinstance(held, MethodType):
            pending.append((f"{way}()", held.__self__))
    return Holdings(found, kinds, threading.active_count(), len(os.listdir(_DESCRIPTORS)))


_DESCRIPTORS = "/dev/fd" if sys.platform == "darwin" else "/proc/self/fd"


def grown(before: Counter[str], after: Counter[str], slack: int) -> dict[str, tuple[int, int]]:
    """(before, after) of what has more than `slack` more."""
    return {name: (before[name], count) for name, count in after.items() if count > before[name] + slack}


def _is_ours(kind: type) -> bool:
    module = kind.__module__
    return isinstance(module, str) and module.startswith(OURS)  # classes of extensions may have anything there


def _elements(held: Collection[object]) -> list[object]:
    return [*held.keys(), *held.values()] if isinstance(held, Mapping) else list(held)


def _fields(held: object) -> Iterator[tuple[str, object]]:
    names = {name for kind in type(held).__mro__ for name in getattr(kind, "__slots__", ())}
    names |= {*getattr(held, "__dict__", {}), *getattr(held, "__struct_fields__", ())}
    for name in sorted(names):
        each = held.__dict__.get(name) if name in getattr(held, "__dict__", {}) else getattr(held, name, None)
        if not isinstance(each, ModuleType | FunctionType | type):
            yield name, each
