"""When did we see it change: the age rule of protocol.md (progress.md) as pure functions, in awake time."""

from swarm.model.record import Fingerprint, Observed
from swarm.model.reports import Counted
from swarm.model.time import Now
from swarm.model.values import replace

BEGINNING = float("-inf")


def awake_at(wall: float, now: Now) -> float:
    """A wall time as awake seconds, on the assumption that the machine has been awake since."""
    return now.awake - (now.wall - wall)


def was_made(observed: Observed) -> bool:
    """Whether the engine has looked: the ledger holds an empty observation until then."""
    return observed.seen > 0.0 or observed.progress is not None


def same_content(one: Fingerprint | None, other: Fingerprint | None) -> bool:
    """Whether two fingerprints speak of the same content: neither a touch, nor a copy put in
    its place, nor an update that is written twice is an update."""
    if one is None or other is None:
        return one is other
    return (one.size == other.size and one.tail == other.tail) or (one.said != "" and one.said == other.said)


def observe_progress(
    before: Observed | None,
    print_now: Fingerprint | None,
    now: Now,
    *,
    born: float = BEGINNING,
    seen: float | None = None,
    claimed: float | None = None,
    paused: float = 0.0,
) -> Observed:
    """What is known of a progress.md after a look at it.

    before: what was known, None at first sight. print_now: what lies there now; None where nothing does.
    born: awake seconds of the spawn. seen: awake seconds of the last look, where it is later than `before.seen`.
    claimed: for foreign agents the wall time of the last stamp; at first sight the older of it and the mtime counts.
    paused: awake seconds for which the agent was paused so far.
    Returns `before` itself where the content is what it was and lies where it lay.
    """
    if before is None or not was_made(before):
        return _first_sight(before or Observed(), print_now, now, born, claimed)
    if before.progress == print_now:
        return before
    if print_now is None or same_content(before.progress, print_now):
        # A file that vanished is not an update either; its content is remembered for when it comes back.
        return before if print_now is None else replace(before, progress=print_now)
    last_look = max(before.seen, seen if seen is not None else before.seen)
    changed = _between(last_look, awake_at(print_now.mtime_ns / 1e9, now), now.awake)
    return replace(before, progress=print_now, changed=changed, seen=now.awake, paused=paused)


def _first_sight(
    before: Observed, print_now: Fingerprint | None, now: Now, born: float, claimed: float | None
) -> Observed:
    if print_now is None:
        changed = born if born > BEGINNING else now.awake
    else:
        written = print_now.mtime_ns / 1e9
        if claimed is not None and claimed < min(written, now.wall):
            written = claimed
        changed = _between(born, awake_at(written, now), now.awake)
    return replace(before, progress=print_now, changed=changed, seen=now.awake)


CONTENT = "c"
"""What a key begins with that was made of contents; those of older versions were made of sizes and times."""


def were_counted(observed: Observed) -> bool:
    """Whether it was looked at what an agent has made, by what is in it."""
    return observed.outputs_key.startswith(CONTENT)


def observe_outputs(
    before: Observed, counted: Counted, now: Now, *, first: bool, born: float = BEGINNING, seen: float | None = None
) -> Observed:
    """What is known of an agent's outputs after a count. Fewer outputs than before are not a sign of work.

    first: the engine did not count them before, or by another measure. Other arguments as in `observe_progress`.
    """
    if counted.key == before.outputs_key and not first:
        return before if counted.number == before.outputs else replace(before, outputs=counted.number, seen=now.awake)
    changed = before.outputs_changed
    if first:
        written = born if counted.newest is None else awake_at(counted.newest, now)
        changed = now.awake if written == BEGINNING else _between(born, written, now.awake)
    elif counted.newest is not None and counted.number >= before.outputs:
        last_look = max(changed, seen if seen is not None else BEGINNING)
        changed = _between(last_look, awake_at(counted.newest, now), now.awake)
    return replace(before, outputs=counted.number, outputs_key=counted.key, outputs_changed=changed, seen=now.awake)


def as_of(observed: Observed, now: Now) -> Observed:
    """The same, looked at again just now: what is written to the ledger."""
    return replace(observed, seen=now.awake)


def _between(low: float, value: float, high: float) -> float:
    return min(max(low, value), high)
