"""Names of files that were meant to be the protocol's, so that what stands in them is read by no one (failure 2).

A guess is made from the name alone: letters that differ, another ending, a dot before it, a number behind it, another
word for the end. To see it: an agent writes `progress.txt`, `.progress.md`, `results.yaml` or `done.json`.
"""

import re
from collections.abc import Iterable, Sequence

from swarm.protocol.paths import AGENT_FILES

PROGRESS, RESULTS = "progress.md", "results.json"
MAX_COMPARED = 200
"""Names in one directory that are compared letter by letter: thousands of numbered files are no slips of the pen."""
_ALIKE = 0.87
_PLAUSIBLE = re.compile(r"[.\s_-]{0,3}[A-Za-z_-]{2,10}[\s_-]?(?:\d|\(\d\))?(?:\.[A-Za-z0-9]{1,8}){0,2}\s{0,3}~?\Z")
_PARTS = re.compile(r"[.\s_-]*(?P<stem>[a-z]+)[\s_-]*(?:\d|\(\d\))?(?:\.(?P<ending>[a-z0-9]+))?\Z")
_STEMS = {"progress": PROGRESS, "results": RESULTS}
_SYNONYMS = {"done": RESULTS, "finished": RESULTS, "completed": RESULTS}
"""Other words for a protocol's file that are hardly the name of anything else."""
_STRUCTURED = frozenset({"json", "json5", "jsonc", "jsonl", "jsn", "yaml", "yml", "toml"})
_ENDINGS = {
    PROGRESS: frozenset({"", "md", "txt", "text", "log", "markdown", "mdown", "mkd", "rst"}) | _STRUCTURED,
    # What a tool or an author calls results.csv, results.txt or results.md is an output as often as not.
    RESULTS: _STRUCTURED,
}
_SECOND_ENDINGS = (".txt", ".md", ".json")


def is_plausible(name: str) -> bool:
    """Whether a name is short and plain enough to be a slip of the pen. Cheap: it is asked of every file."""
    return _PLAUSIBLE.match(name) is not None


def misspelt(names: Iterable[str], present: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """(name, the protocol's file it was meant to be) of those among `names` that are slips, in order.

    present: the protocol's files in the same directory. Where the right one is there, only a second progress.md
    counts, with other letters: its lines are missing in the first. Any other is the agent's own business then.
    """
    found: list[tuple[str, str]] = []
    compared = 0
    for name in sorted(names):
        meant = _by_parts(name)
        if not meant and compared < MAX_COMPARED:
            compared += 1
            meant = _by_letters(name)
        if meant and (meant not in present or (meant == PROGRESS and close_to(name) == PROGRESS)):
            found.append((name, meant))
    return tuple(found)


def close_to(name: str) -> str:
    """The protocol's file from whose name only some letters differ; '' where none is."""
    return "" if _is_kept_beside(name) else _nearest(name.lower(), AGENT_FILES)


def _by_parts(name: str) -> str:
    """What it was meant to be by its stem and its ending, whatever stands around them; '' for nothing."""
    parts = _parts(name)
    if parts is None:
        return ""
    meant = _STEMS.get(parts["stem"]) or _SYNONYMS.get(parts["stem"], "")
    return meant if meant and (parts["ending"] or "") in _ENDINGS[meant] else ""


def _by_letters(name: str) -> str:
    """The same where letters of its stem differ as well, or some of its whole name."""
    parts = _parts(name)
    stem = _nearest(parts["stem"], tuple(_STEMS)) if parts is not None else ""
    if parts is not None and stem and (parts["ending"] or "") in _ENDINGS[_STEMS[stem]]:
        return _STEMS[stem]
    return close_to(name)


def _parts(name: str) -> re.Match[str] | None:
    if _is_kept_beside(name):
        return None
    plain = name.strip().lower()
    for second in _SECOND_ENDINGS:
        if plain.removesuffix(second) in _ENDINGS:
            plain = plain.removesuffix(second)
    return _PARTS.match(plain)


def _is_kept_beside(name: str) -> bool:
    """An editor's backup, or what a system notes of another file."""
    return name.endswith("~") or name.startswith("._")


def _nearest(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # only where there are names to guess at

    close = get_close_matches(word, known, 1, _ALIKE)
    return close[0] if close else ""
