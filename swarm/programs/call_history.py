"""What an agent's tool calls lead to: whether they repeat themselves, fail, or only read."""

import re

from swarm.model.activity import Activity, Calls, OpenTool
from swarm.programs.tool_effects import Effect, effect_of

REMEMBERED = 48
"""Different calls: a round of more of them is none."""
MAX_TEXT = 120
_TIMES = re.compile(r"\d+(?:-\d\d-\d\d[T ]\S*|(?::\d\d){1,2}\b|(?:\.\d+)? ?(?:ms|s|secs?|seconds?|minutes?)\b)")
"""It begins with a digit, so that texts without one cost next to nothing."""
_DIGITS = re.compile(r"\d+")


def with_call(calls: Calls, opened: OpenTool | None, closed: Activity, at: float) -> Calls:
    """The history after a call has returned. opened: how it was made; None where that was not seen.

    at: wall seconds. Times do not make another result; of a failure no number does, for it counts tries. A call of
    which nothing is known but that it returned is taken as work.
    """
    tool = opened.tool if opened is not None else closed.tool
    text = opened.text if opened is not None else ""
    effect = effect_of(tool, text)
    if effect is Effect.REPORTS:
        return calls
    key = _key(tool, text, opened.digest if opened is not None else 0, closed)
    # Programs that do not say what was written say the same of each change of a file.
    known = key in calls.recent and not (effect is Effect.WRITES and (opened is None or not opened.digest))
    only_reads = effect is Effect.READS or closed.error
    words = f"{tool} {text}".strip()[:MAX_TEXT] if known or closed.error else ""
    return Calls(
        repeated=calls.repeated + 1 if known else 0,
        repeated_text=words if known else "",
        failed=calls.failed + 1 if closed.error else 0,
        failed_text=words if closed.error else "",
        reads=calls.reads + 1 if only_reads else 0,
        wrote_at=at if effect is Effect.WRITES and not known and not closed.error else calls.wrote_at,
        learned_at=calls.learned_at if known or closed.error else at,
        recent=calls.recent if known else (*calls.recent, key)[-REMEMBERED:],
    )


def _key(tool: str, text: str, digest: int, closed: Activity) -> int:
    result = _TIMES.sub("", closed.text)
    if closed.error:
        text, result = _DIGITS.sub("", text), _DIGITS.sub("", result)
    return hash((tool, text, digest, closed.error, result, 0 if closed.error else closed.count))
