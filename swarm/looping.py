"""Alive but useless: updates arrive, outputs do not (field report, failure 3)."""

import re

from swarm.clock import Now
from swarm.model import AgentView, ProgressLine
from swarm.policy import Policy
from swarm.wording import spell_duration

_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?)?|\b\d\d?:\d\d(?::\d\d)?\b")
_SHOWN = 60


def loop_evidence(view: AgentView, now: Now, policy: Policy) -> str | None:
    """How it shows that an agent loops, in one sentence; None where it does not (protocol.md, Health).

    Outputs: the spec declares some, and for `loop_periods` none was added or changed, by the engine's own count.
    Sentences: the last `loop_sentences` say the same, apart from case, spaces, dates, times of day and closing dots.
    Other digits do count: "800/2000 words" and "900/2000 words" are progress. So are the agent's own `[outputs N]`, and
    outputs that the engine saw arrive: a worker may say "writing the next page" six times and write six pages.

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
    lines, count = view.progress.lines, beat.loop_sentences
    if len(lines) < count or not lines[-1].sentence or lines[-1].outputs != lines[-2].outputs:
        return None
    said = _gist(lines[-1])
    for line in lines[-2 : -count - 1 : -1]:
        if _gist(line) != said:
            return None
    return f'its last {count} updates say the same: "{lines[-1].sentence[:_SHOWN]}"'


def _gist(line: ProgressLine) -> tuple[str, int | None]:
    said = line.sentence.casefold()
    if ":" in said or "-" in said:
        said = _STAMP.sub("", said)
    return " ".join(said.split()).rstrip(" .…!"), line.outputs
