"""Outcomes counted: how many of those that were checked are there. Activities always look like progress."""

from collections.abc import Iterable, Mapping

from swarm.formatting import plural
from swarm.model.beat import Beat

NONE_CHECKED = "none checked"


def pass_rate(beats: Iterable[Beat]) -> int | None:
    """Percent of the outcomes checked in these heartbeats that were there; None where none was checked."""
    passed = failed = 0
    for beat in beats:
        passed += beat.acceptance.get("passed", 0)
        failed += beat.acceptance.get("failed", 0)
    return round(100 * passed / (passed + failed)) if passed + failed else None


def checked_words(acceptance: Mapping[str, int]) -> str:
    """`2 of 3 outcomes passed`; `none checked` where a heartbeat counted none."""
    passed, failed = acceptance.get("passed", 0), acceptance.get("failed", 0)
    return f"{passed} of {plural(passed + failed, 'outcome')} passed" if passed + failed else NONE_CHECKED
