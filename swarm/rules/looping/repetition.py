"""Whether updates say the same again and again: alike sentences within a window, and rounds of several sentences."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from swarm.model.reports import ProgressLine
from swarm.rules.looping.sentences import Gist, gist

ALIKE = 68.0
"""Of 100: how alike two sentences are, numbers and filler left out, that say the same in other words."""
ALIKE_BY_CLOCK = 62.0
"""The same of updates that come as regularly as a machine's."""
SAME = 85.0
"""How alike the sentences of two rounds are."""
SLACK = 2
"""Updates of a window that may say something else."""
MAX_ROUND = 8
MIN_ROUNDS = 3
"""So often is a round of several sentences said before it counts: twice the same steps are how work goes."""
_WORTH_COMPARING = 1 / 3
"""The share of the words that two sentences have in common, below which they are not alike."""
_FEWEST = 3
"""Two updates that are alike are nothing."""
_SHOWN = 60


class Repetition(NamedTuple):
    """How far updates repeat themselves. share: 1 where they loop, 0 where they do not repeat themselves."""

    share: float = 0.0
    text: str = ""
    """What was found, in words of the engine."""
    quote: str = ""
    """The sentences, in the agent's own words."""


NONE = Repetition()


def find_repetition(lines: Sequence[ProgressLine], least: int, *, by_clock: bool = False) -> Repetition:
    """Looks at the newest updates. least: how many of them have to say the same. by_clock: they come like clockwork.

    Case, numbers, ids, times, punctuation, endings and filler make no other sentence, and neither does a word that
    is exchanged. What moves forward does: the agent's own `[outputs N]`, a count towards a total (`17 of 400`), and a
    count that grows by steps of its own (`112 passed`, `145 passed`). A number that goes up by one each time counts
    the updates, and a number of one who waits or tries again counts the tries.
    """
    if len(lines) < _FEWEST:
        return NONE
    comparison = _Comparison(lines[-max(MAX_ROUND * max(MIN_ROUNDS, least), least + SLACK) :])
    alike = _alike(comparison, least, ALIKE_BY_CLOCK if by_clock else ALIKE)
    return alike if alike.share >= 1 else _rounds(comparison, least) or alike


def moves_forward(lines: Sequence[ProgressLine]) -> bool:
    """Whether updates that may say different things count something, and have got further."""
    comparison = _Comparison(lines)
    goals = [one.goal[0] for one in comparison.said if one.goal is not None]
    return (len(goals) > 1 and goals[-1] > goals[0]) or _moves_forward(comparison, range(len(lines)))


class _Comparison:
    """Updates and what they say, each compared with another at most once."""

    def __init__(self, lines: Sequence[ProgressLine]) -> None:
        self.lines = lines
        self.said = [gist(" ".join((line.sentence, *line.details))) for line in lines]
        self._known: dict[tuple[int, int], float] = {}

    def alike(self, one: int, other: int) -> float:
        """How alike two updates are, of 100."""
        if self.said[one].text == self.said[other].text:
            return 100.0
        pair = min(one, other), max(one, other)
        if pair not in self._known:
            self._known[pair] = _likeness(self.said[one], self.said[other])
        return self._known[pair]

    def quote(self, place: int) -> str:
        """The sentence of an update as evidence shows it."""
        return f'"{self.lines[place].sentence[:_SHOWN]}"'


def _likeness(one: Gist, other: Gist) -> float:
    mine, theirs = set(one.words), set(other.words)
    if len(mine & theirs) < _WORTH_COMPARING * max(len(mine), len(theirs)):
        return 0.0
    from rapidfuzz.fuzz import ratio, token_sort_ratio  # 40 ms: only where words in common leave it open

    return max(ratio(one.text, other.text), token_sort_ratio(one.text, other.text))


def _alike(comparison: _Comparison, least: int, limit: float) -> Repetition:
    """The newest update and those of its window that say the same as one of them."""
    last = len(comparison.lines) - 1
    window = range(max(0, last + 1 - least - SLACK), last + 1)
    best: list[int] = []
    for anchor in (place for place in reversed(window) if comparison.alike(place, last) >= limit):
        alike = [place for place in window if comparison.alike(anchor, place) >= limit]
        if last in alike and len(alike) > len(best):
            best = alike
        if len(best) >= least:
            break
    if len(best) < _FEWEST or _moves_forward(comparison, best):
        return NONE
    share = min(1.0, (len(best) - 1) / (least - 1))
    of = f"{len(best)} of its last {len(window)}" if len(best) < len(window) else f"its last {len(best)}"
    same = len({comparison.said[place].text for place in best}) == 1
    return Repetition(share, f"{of} updates say {'the same' if same else 'much the same'}", comparison.quote(last))


def _rounds(comparison: _Comparison, least: int) -> Repetition | None:
    """Two to MAX_ROUND sentences that are said again and again, in the same order."""
    count = len(comparison.lines)
    for size in range(2, MAX_ROUND + 1):
        needed = size * max(MIN_ROUNDS, -(-least // size))
        if count < needed:
            return None
        newest = range(count - needed, count)
        if not all(comparison.alike(place, place - size) >= SAME for place in reversed(newest[size:])):
            continue
        if any(_moves_forward(comparison, newest[start::size], rounds=True) for start in range(size)):
            continue
        told = ", ".join(map(comparison.quote, newest[-size:]))
        return Repetition(1.0, f"its last {needed} updates go round", told)
    return None


def _moves_forward(comparison: _Comparison, places: Sequence[int], *, rounds: bool = False) -> bool:
    """Whether a number of these updates, which say the same, shows that something is done. rounds: one step of each."""
    lines, said = [comparison.lines[place] for place in places], [comparison.said[place] for place in places]
    claimed = [line.outputs for line in lines if line.outputs is not None]
    goals = [one.goal[0] for one in said if one.goal is not None]
    if _grows(claimed) or (len(goals) == len(said) and _grows(goals)):
        return True
    if any(one.is_idle for one in said) or len({len(one.numbers) for one in said}) != 1:
        return False
    return any(_grows(column, by_itself=not rounds) for column in zip(*(one.numbers for one in said), strict=True))


def _grows(values: Sequence[float], *, by_itself: bool = False) -> bool:
    """Whether values never fall, and end higher. by_itself: a step that is always the same counts the updates only."""
    steps = [after - before for before, after in pairwise(values)]
    if not steps or min(steps) < 0 or max(steps) <= 0:
        return False
    return not by_itself or len(set(steps)) > 1
