"""The language of the filter line: what is typed becomes a test of agents, and the parts of a row that it found.

Terms stand beside each other, and all must hold: `draft` is a word that occurs in the row, `:failed` a state, and a `!`
before either turns it round. Case never counts.
"""

from collections.abc import Iterator

from msgspec import Struct

from swarm.model.causes import Severity
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView
from swarm.model.state_words import STATE_WORDS, meant_by
from swarm.rules.state_words import is_in_state

FILTER_HINT = "words  !without  :state (:failed :silent :done)  !:state  {clear} goes back"
"""What the empty line says of its language."""
FILTER_HELP = (
    ("idea beta", "both words occur: in id, role, state, problems or what a row says"),
    ("!draft", "the word does not occur"),
    (":failed", f"the state; the beginning is enough. States: {' '.join(STATE_WORDS)}"),
    ("!:done", "any state but this"),
    (":silent idea", "all of it together"),
)
"""(example, what it means), for the help."""

_SAYS_NO_REASON = frozenset({Health.FRESH, Health.STARTING, Health.IDLE, Health.DONE})
"""In these a row shows what the agent said, and not the verdict's reason."""


class Term(Struct, frozen=True):
    """One of the things that must hold."""

    word: str
    """In small letters; of a state as far as it is typed."""
    states: tuple[str, ...] | None = None
    """The states that are meant; None where the word itself is looked for."""
    inverse: bool = False

    def holds(self, view: AgentView, verdict: Verdict, said: str, need: Severity | None) -> bool:
        """Whether it is true of an agent. said: what the agent is found by, in small letters."""
        if self.states is not None:
            return any(is_in_state(state, view, verdict, need) for state in self.states) is not self.inverse
        return (self.word in said) is not self.inverse


class TreeFilter(Struct, frozen=True):
    """What is typed, understood."""

    terms: tuple[Term, ...] = ()
    unknown: str = ""
    """A state's word that is none; '' where all are known. Nothing matches then."""

    @property
    def narrows(self) -> bool:
        """Whether it asks for anything: `:` or `!` alone does not yet."""
        return bool(self.terms or self.unknown)

    @property
    def names_state(self) -> bool:
        """Whether it asks for a state, so that the word of the state is what was found."""
        return any(term.states is not None and not term.inverse for term in self.terms)

    @property
    def unknown_words(self) -> str:
        """Which states exist, where one was asked for that does not; '' where all do."""
        return f"there is no state :{self.unknown}; there are {' '.join(STATE_WORDS)}" if self.unknown else ""

    def matches(self, view: AgentView, verdict: Verdict, need: Severity | None = None) -> bool:
        """Whether all of it is true of an agent. need: how badly it needs a person; None where it does not."""
        if self.unknown:
            return False
        said = found_by(view, verdict)
        return all(term.holds(view, verdict, said, need) for term in self.terms)

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the words that it looks for stand in a text: (start, end) in letters, in order, without overlaps."""
        lower = text.lower()
        if len(lower) != len(text):  # a letter whose small form is two: places would not be those of the text
            return ()
        merged: list[tuple[int, int]] = []
        for start, end in sorted(self._places(lower)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    def _places(self, lower: str) -> Iterator[tuple[int, int]]:
        for term in self.terms:
            at = -1 if term.states is not None or term.inverse else lower.find(term.word)
            while at >= 0:
                yield at, at + len(term.word)
                at = lower.find(term.word, at + len(term.word))


def understood(text: str) -> TreeFilter:
    """What an operator means by what is typed so far."""
    terms: list[Term] = []
    for typed in text.lower().split():
        inverse = typed.startswith("!")
        word = typed.removeprefix("!")
        if word.startswith(":"):
            word = word[1:]
            states = meant_by(word)
            if word and not states:
                return TreeFilter(unknown=word)
            if word:
                terms.append(Term(word, states, inverse))
        elif word:
            terms.append(Term(word, None, inverse))
    return TreeFilter(tuple(terms))


def found_by(view: AgentView, verdict: Verdict) -> str:
    """What the words of a filter are looked for in, in small letters: what a row may say of the agent."""
    line = view.progress.last
    said = line.sentence if line is not None else view.description
    problems = " ".join(problem.code for problem in view.problems)
    why = "" if verdict.state in _SAYS_NO_REASON else verdict.why
    return f"{view.id} {view.role} {verdict.state.value} {why} {problems} {said} {view.results.summary}".lower()
