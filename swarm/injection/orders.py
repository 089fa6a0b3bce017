"""Finds orders to the reader in a line of clauses, word by word, so that everyday text is compared with little."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from swarm.injection.clauses import MARKS
from swarm.injection.commands import COMMANDS
from swarm.injection.kinds import Kind
from swarm.injection.mention import is_mention
from swarm.injection.pretences import PRETENCES
from swarm.injection.rule import Rule
from swarm.injection.vocabulary import ADVERBS, DEMAND, DEMANDING

_GAP = r'(?: [./,:"])* '
_MAX_ADVERBS = 4
RULES = (*COMMANDS, *PRETENCES)


class Order(Struct, frozen=True):
    """An order that was found. start, end: where it stands in the line."""

    rule: Rule
    start: int
    end: int


class Rulebook:
    """The rules by the words with which they begin. skeleton: for texts in which `l`, `1` and `i` are one letter."""

    def __init__(self, *, skeleton: bool = False) -> None:
        self._skeleton = skeleton
        self._first = [frozenset(map(self._alike, rule.first)) for rule in RULES]
        self._by_need: dict[str, list[int]] = defaultdict(list)
        for at, rule in enumerate(RULES):
            for word in rule.needs:
                self._by_need[self._alike(word)].append(at)
        self._adverbs = frozenset(map(self._alike, ADVERBS))
        self._patterns: dict[str, re.Pattern[str]] = {}

    def first(self, words: str, apart: frozenset[Kind] = frozenset()) -> Order | None:
        """The first order that is not merely reported, and not of the kinds `apart`."""
        listed = words.split(" ")
        present = frozenset(listed)
        likely = {at for word in present if word in self._by_need for at in self._by_need[word]}
        rules = [
            (RULES[at], self._first[at])
            for at in sorted(likely)
            if RULES[at].kind not in apart and not self._first[at].isdisjoint(present)
        ]
        found = self._orders(words, listed, rules) if rules else ()
        return next((each for each in found if not is_mention(words, each.start, each.end)), None)

    def _orders(self, words: str, listed: list[str], rules: list[tuple[Rule, frozenset[str]]]) -> Iterator[Order]:
        demanded = frozenset[int]()
        if not DEMANDING.isdisjoint(listed):
            demanded = frozenset(found.end() for found in self._pattern(DEMAND).finditer(words))
        at, aimed, adverbs = 0, True, 0
        for word in listed:
            if word in MARKS or at in demanded:
                aimed, adverbs = True, 0
            for rule, first in rules:
                if word in first and (aimed or not rule.aimed):
                    found = self._pattern(rule.pattern).match(words, at)
                    if found is not None:
                        yield Order(rule, at, found.end())
            if word not in MARKS:
                adverbs += 1
                aimed = aimed and word in self._adverbs and adverbs <= _MAX_ADVERBS
            at += len(word) + 1

    def _alike(self, text: str) -> str:
        return text.replace("l", "i") if self._skeleton else text

    def _pattern(self, source: str) -> "re.Pattern[str]":
        """An expression of the rules, compiled when the first text needs it."""
        if source not in self._patterns:
            self._patterns[source] = re.compile(self._alike(source.replace(" ", _GAP)))
        return self._patterns[source]


@cache
def rulebook(*, skeleton: bool = False) -> Rulebook:
    """The rules, made once."""
    return Rulebook(skeleton=skeleton)
