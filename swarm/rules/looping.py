"""How it shows that an agent loops: no new outputs, or the same sentences again and again (protocol.md, Health)."""

import re
from collections.abc import Sequence

from swarm.config.policy import Policy
from swarm.formatting import spell_duration
from swarm.model.reports import ProgressLine
from swarm.model.snapshot import AgentView
from swarm.model.time import Now

MAX_ROUND = 3
"""Sentences of the longest round: the loops of the field report wait, retry and report again."""
MIN_ROUNDS = 3
"""So often is a round of several sentences said before it counts: twice the same steps are how work goes."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?)?|\b\d\d?:\d\d(?::\d\d)?\b")
_SHOWN = 60


def loop_evidence(view: AgentView, now: Now, policy: Policy) -> str | None:
    """How it shows that an agent loops, in one sentence; None where it does not.

    Outputs: the spec declares some, and for `loop_periods` none was added or changed, by the engine's own count.
    Sentences: the last `loop_sentences` say the same, or go round: two or three sentences again and again, three times
    at least. Case, spaces, dates, times of day and closing dots do not make another sentence. Other digits do:
    "800/2000 words" and "900/2000 words" are progress. So are the agent's own `[outputs N]`, and outputs that the
    engine saw arrive: a worker may say "writing the next page" six times and write six pages.

    The caller asks only where updates arrive. A looping agent is not killed for it: whether work is worth nothing is a
    judgement, and the field report gives a heartbeat one rule for killing, silence. It raises an alert, and is among
    the first who could be ended when a slot is needed.
    """
    beat = policy.heartbeat
    record = view.record
    if record is not None and view.spec is not None and view.spec.outputs:
        since = max(view.observed.outputs_changed, record.observed.outputs_changed, record.spawned)
        # Pauses before the last output are left out too: this verdict comes rather late than wrongly.
        barren = now.awake - since - record.paused_total
        limit = beat.loop_periods * beat.period
        if barren >= limit:
            return (
                f"updates arrive, but no new output for {spell_duration(barren)}; the limit is {spell_duration(limit)}"
            )
        if view.observed.outputs and barren < beat.period:
            return None
    return _goes_round(view.progress.lines, beat.loop_sentences)


def _goes_round(lines: Sequence[ProgressLine], least: int) -> str | None:
    """What the newest entries say again and again. least: sentences from which on that counts."""
    last = _gist(lines[-1]) if len(lines) > 1 else None
    for size in range(1, MAX_ROUND + 1):
        count = least if size == 1 else size * max(MIN_ROUNDS, -(-least // size))
        if len(lines) < count:
            return None
        newest = lines[-count:]
        if newest[-1 - size].outputs != newest[-1].outputs or _gist(newest[-1 - size]) != last:
            continue  # asked first, because it is cheap and mostly says no
        said = [_gist(line) for line in newest]
        if said[size:] == said[:-size] and all(line.sentence for line in newest[-size:]):
            told = [f'"{line.sentence[:_SHOWN]}"' for line in newest[-size:]]
            how = "say the same: " if size == 1 else "go round: "
            return f"its last {count} updates {how}{', '.join(told)}"
    return None


def _gist(line: ProgressLine) -> tuple[str, int | None]:
    said = line.sentence.casefold()
    if ":" in said or "-" in said:
        said = _STAMP.sub("", said)
    return " ".join(said.split()).rstrip(" .…!"), line.outputs
