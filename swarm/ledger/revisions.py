"""The files of the ledger: which of state.json and its numbered revisions counts, and what is wrong with the others."""

import os
import re
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from swarm.errors import Code, HomeError, SwarmError
from swarm.ledger.codec import Decoded, decode
from swarm.ledger.plausible import plausible
from swarm.ledger.state import MAX_REVISION, State, raise_alert
from swarm.model.causes import AlertCause
from swarm.protocol.paths import Layout
from swarm.store import jsonio, reader, writer
from swarm.store.aside import ASIDE
from swarm.store.declared import RefusedValue

MAX_BYTES = 64 << 20
COMMIT_S = 2.0
"""Seconds from reading to linking after which a writer starts over: its number could have been taken and trimmed."""
Stamp = tuple[int, int, int] | None
"""Inode, size and time of change of state.json, in nanoseconds."""
_NAME = re.compile(r"[1-9][0-9]*\Z")
KEPT = 512
"""Revisions that are kept: as recovery copies, and so that a late writer still finds the number it wants taken."""


class Trouble(NamedTuple):
    """Something odd that a commit or a look met; the next revision raises an alert for it."""

    cause: AlertCause
    text: str


class Look(NamedTuple):
    """What the files say."""

    state: State
    top: int
    """The highest number that is taken; the next commit is above it."""
    numbers: tuple[int, ...] = ()
    """Those that are taken, ascending; empty where they were not listed."""
    repairs: tuple[str, ...] = ()
    """What is wrong with the files, for people."""
    refused: tuple[RefusedValue, ...] = ()
    odd_state: bool = False
    """state.json is to be kept aside before it is replaced."""
    unfinished: bool = False
    """The highest number is being written just now, on a file system without links."""
    foreign: tuple[int, ...] = ()
    """Numbers that no writer of this home can have taken; the next commit puts these files aside."""


def look(layout: Layout, *, thorough: bool) -> Look:
    """Returns the newest valid state. thorough: lists the revisions, as a commit needs; else only if something is odd.

    Raises HomeError `missing`, `damaged`, `newer`.
    """
    # Listed before anything is read: a revision that comes later has the number that we would take, and so is noticed.
    numbers = taken_numbers(layout) if thorough else None
    current, why = _current(layout)
    if current is not None and _is_newest(layout, current, numbers):
        state, refused = current.decoded
        return Look(state, state.revision, numbers or (), refused=refused)
    return _judge(layout, taken_numbers(layout) if numbers is None else numbers, current, why)


def look_at_ruins(layout: Layout, fresh: State) -> Look:
    """What a rebuild begins with where no file of the ledger is whole: a fresh state, above the numbers taken."""
    taken = taken_numbers(layout)
    foreign = tuple(number for number in taken if number > MAX_REVISION // 2)
    top = max((number for number in taken if number not in foreign), default=0)
    return Look(fresh, top, odd_state=exists(layout.state), foreign=foreign)


class _File(NamedTuple):
    data: bytes
    decoded: Decoded


def _judge(layout: Layout, taken: tuple[int, ...], current: _File | None, why: str) -> Look:
    foreign = _foreign(layout, taken, current)
    numbers = tuple(number for number in taken if number not in foreign)
    found = _judge_own(layout, numbers, current, why)
    if not foreign:
        return found
    text = f"swarm/revs/{min(foreign)} is no revision of this home, and is put aside in swarm/{ASIDE}"
    return found._replace(foreign=foreign, repairs=(*found.repairs, text))


def _foreign(layout: Layout, numbers: Sequence[int], current: _File | None) -> tuple[int, ...]:
    """Numbers so far above the newest revision that nobody can have counted up to them: of another home, or planted.

    That is what state.json and the revision of its number agree on; where they do not, the newest that is whole.
    """
    newest = current.decoded.state.revision if current is not None else 0
    if current is None or _read(layout.rev(newest)) != current.data:
        best = _best(layout, [number for number in numbers if number <= MAX_REVISION])
        newest = max(newest, best.decoded.state.revision if best is not None else 0)
    return tuple(number for number in numbers if number > min(newest + KEPT, MAX_REVISION)) if newest else ()


def _judge_own(layout: Layout, numbers: tuple[int, ...], current: _File | None, why: str) -> Look:
    top = max((*numbers, current.decoded.state.revision if current else 0))
    best = _best(layout, numbers)
    if best is None and current is None:
        raise _nothing(layout, numbers, why)
    highest = best.decoded.state.revision if best else 0
    unfinished = top > highest and _is_young(layout.rev(top))
    if current is not None and (best is None or current.decoded.state.revision > highest):
        state, refused = current.decoded
        lost = (
            () if unfinished else (f"revision {state.revision} of the ledger is missing or damaged; state.json has it",)
        )
        return Look(state, top, numbers, lost, refused, unfinished=unfinished)
    assert best is not None  # noqa: S101 what remains of the cases above, for the type checker
    repairs = []
    if top > highest and not unfinished:
        repairs.append(f"revision {top} of the ledger is damaged; revision {highest} is used")
    if (odd := _odd(layout, current, best, why)) != "":
        repairs.append(f"{odd}; revision {highest} is used")
    return Look(best.decoded.state, top, numbers, tuple(repairs), best.decoded.refused, odd != "", unfinished)


def _odd(layout: Layout, current: _File | None, best: _File, why: str) -> str:
    """Returns what is wrong with state.json beside the newest revision; '' where nothing is."""
    highest = best.decoded.state.revision
    if current is None:
        return "" if highest == 1 and why == _MISSING else f"state.json {why}"  # init was cut short before its rename
    if current.data == best.data:
        return ""
    revision = current.decoded.state.revision
    own = _read(layout.rev(revision))
    if own is not None and own != current.data:
        return "state.json was changed by hand"
    if own is None or _came_later(layout.state, layout.rev(highest)):
        return f"state.json is older (revision {revision}) than the newest revision: was a backup restored?"
    return ""  # commits between their link and their rename, or killed there: they count


def _came_later(one: Path, other: Path) -> bool:
    """Whether a file was put where it is after another was; by ctime, which a restored backup cannot set back."""
    try:
        return one.lstat().st_ctime_ns > other.lstat().st_ctime_ns
    except OSError:
        return False


_MISSING = "is missing"


def _current(layout: Layout) -> tuple[_File | None, str]:
    """state.json, or what is wrong with it. That a newer version wrote it is never a fault to be mended."""
    try:
        found = reader.read_head(layout.state, MAX_BYTES)
        if found is None:
            return None, _MISSING
        if found.truncated:
            return None, "is too large"
        return _File(found.data, _decode(found.data, layout.state)), ""
    except reader.Unreadable as error:
        return None, error.why if error.why.startswith("is ") else f"cannot be read ({error.why})"
    except jsonio.Invalid as error:
        return None, f"is damaged ({error.why})"


def _is_newest(layout: Layout, current: _File, numbers: tuple[int, ...] | None) -> bool:
    revision = current.decoded.state.revision
    above = exists(layout.rev(revision + 1)) if numbers is None else numbers[-1:] != (revision,)
    return not above and _read(layout.rev(revision)) == current.data


def stamp_of(layout: Layout) -> Stamp:
    """What changes with state.json; None where there is none."""
    try:
        found = os.stat(layout.state, follow_symlinks=False)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def exists(path: Path) -> bool:
    """Whether a name is taken, be it by a link to nothing."""
    return os.path.lexists(path)


def _best(layout: Layout, numbers: Sequence[int]) -> _File | None:
    """The newest revision that is whole and carries the number that it is named by."""
    for number in reversed(numbers):
        data = _read(layout.rev(number))
        if data is not None:
            with suppress(jsonio.Invalid):
                decoded = _decode(data, layout.rev(number))
                if decoded.state.revision == number:
                    return _File(data, decoded)
    return None


_last: tuple[bytes, Decoded] | None = None


def _decode(data: bytes, path: Path) -> Decoded:
    """Decodes, unless the bytes are those of the last time: decoding costs more than everything else here."""
    global _last
    last = _last
    if last is None or last[0] != data:
        state, refused = decode(data, path)
        wrong = [*refused]
        _last = last = (data, Decoded(plausible(state, wrong), tuple(wrong)))
    return last[1]


def remember(data: bytes, state: State) -> None:
    """Keeps what was just written, so that the next read need not decode it."""
    global _last
    _last = (data, Decoded(state, ()))


def _read(path: Path) -> bytes | None:
    try:
        found = reader.read_head(path, MAX_BYTES)
    except SwarmError:
        return None
    return None if found is None or found.truncated else found.data


def _is_young(path: Path) -> bool:
    try:
        return abs(time.time() - path.lstat().st_mtime) < COMMIT_S
    except OSError:
        return False


def taken_numbers(layout: Layout) -> tuple[int, ...]:
    """The numbers that are taken, ascending; raises HomeError where they cannot be listed."""
    try:
        with reader.directory(layout.revs) as revs:
            return listed(revs)
    except FileNotFoundError:
        return ()
    except reader.Unreadable:
        return ()  # a link, or no directory: a commit puts it aside
    except OSError as error:
        raise writer.explain(error, layout.revs) from error


def listed(revs: int) -> tuple[int, ...]:
    """The numbers that are taken in an open directory of revisions, ascending."""
    return tuple(sorted(int(name) for name in os.listdir(revs) if _NAME.match(name)))


def _nothing(layout: Layout, numbers: Sequence[int], why: str) -> HomeError:
    if not numbers and why == _MISSING:
        return HomeError(
            f"There is no ledger in {str(layout.swarm)!r}.",
            "Neither state.json nor a revision of it is there.",
            "In a new directory: swarm-tui init. Where agents are already: swarm-tui doctor --rebuild",
            code=Code.MISSING,
        )
    return HomeError(
        "The ledger cannot be read.",
        f"{str(layout.state)!r} {why}, and none of its revisions is whole.",
        "Make it anew from the agents' files with: swarm-tui doctor --rebuild",
        code=Code.DAMAGED,
    )


def findings(found: Look) -> list[tuple[str, str, Trouble]]:
    """Returns (agent, spawn id, trouble) of everything that a look passed over."""
    found_odd = [("", "", Trouble(AlertCause.STATE_REPAIRED, f"{text}.")) for text in found.repairs]
    by_agent: dict[str, list[str]] = {}
    for agent, text in found.refused:
        by_agent.setdefault(agent, []).append(text)
    for agent, texts in by_agent.items():
        record = found.state.agents.get(agent)
        more = f"; and {len(texts) - 5} more" if len(texts) > 5 else ""
        trouble = Trouble(AlertCause.VALUE_REFUSED, f"refused in the ledger: {'; '.join(texts[:5])}{more}")
        found_odd.append((agent, record.spawn_id if record else "", trouble))
    return found_odd


def with_alerts(state: State, found: Look, troubles: Iterable[Trouble], wall: float) -> State:
    """Returns the state with an alert for everything that was odd; the same state where nothing was."""
    odd = [*findings(found), *(("", "", trouble) for trouble in troubles)]
    once = {(agent, trouble.cause): (agent, spawn_id, trouble) for agent, spawn_id, trouble in odd}
    for agent, spawn_id, trouble in once.values():
        state = raise_alert(state, agent, trouble.cause, trouble.text, spawn_id, wall)
    return state
