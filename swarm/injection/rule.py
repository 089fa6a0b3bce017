"""What a rule about one kind of order is made of."""

from msgspec import Struct

from swarm.injection.kinds import Kind
from swarm.injection.vocabulary import words


class Rule(Struct, frozen=True):
    """One order, on a line of clauses; a space in its pattern stands for a gap between words, with marks or without.

    first: the words with which it can begin. needs: words, one of which it holds beside that, where that tells it from
    everyday text before anything is compared; none where it cannot be told. aimed: it counts only as an imperative at
    the beginning of a clause, or as what is demanded of `you`.
    """

    kind: Kind
    first: frozenset[str]
    needs: frozenset[str]
    pattern: str
    aimed: bool = False


def forms(*lists: str) -> frozenset[str]:
    """All words of the lists, with and without an `s` that may be left out."""
    found: set[str] = set()
    for word in " ".join(lists).replace("_", " ").replace("[sz]", "s").split():
        found |= {word.replace("s?", "s"), word.replace("s?", "")}
    return frozenset(found)


def demand(kind: Kind, first: str, needs: frozenset[str], *patterns: str) -> Rule:
    """A rule about an imperative. first: as the rule's, separated by spaces."""
    return Rule(kind, words(first), needs, "|".join(patterns), aimed=True)


def statement(kind: Kind, first: str, needs: frozenset[str], *patterns: str) -> Rule:
    """A rule about what is said to the reader anywhere in a sentence."""
    return Rule(kind, words(first), needs, "|".join(patterns))
