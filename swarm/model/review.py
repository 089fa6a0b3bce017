"""What speaks against the results of an agent, and what a person or its parent decided about them."""

from typing import Annotated

from msgspec import Meta, Struct

from swarm.model.bounds import HandedOn, Seconds, Text
from swarm.model.open_enum import OpenEnum

MAX_WORD = 2000
"""Characters of the word that comes with a decision."""


class DisputeKind(OpenEnum):
    """Why results that say success are not taken for one. The words stand in the ledger and in `--json`."""

    EMPTY = "empty"
    """They say nothing at all."""
    NO_OUTPUTS = "no-outputs"
    """None of the outputs that its spec declares is there."""
    CHANGED_SPEC = "changed-spec"
    """Its agent.json does not declare the outputs of its spawn any more."""
    MISSING_OUTPUT = "missing-output"
    """They name an output that is not there."""
    EMPTY_OUTPUTS = "empty-outputs"
    """All outputs that they name are empty files."""
    OWN_WORD = "own-word"
    """They say themselves that an outcome is not reached."""
    CHECK = "check"
    """The check of an outcome failed."""


class Dispute(Struct, frozen=True, omit_defaults=True):
    """One thing that speaks against results. about: the output or the outcome that it is about; '' where none is."""

    kind: DisputeKind
    about: Text = ""

    @property
    def words(self) -> str:
        """It, in words for people: `check failed: report.md is there`. `about` is as the agent wrote it."""
        return f"{_WORDS.get(self.kind, self.kind)}{f': {self.about}' if self.about else ''}"


_WORDS = {
    DisputeKind.EMPTY: "the results say nothing",
    DisputeKind.NO_OUTPUTS: "none of the declared outputs is there",
    DisputeKind.CHANGED_SPEC: "its agent.json was changed, and declares other outputs than at its spawn",
    DisputeKind.MISSING_OUTPUT: "an output that the results name is not there",
    DisputeKind.EMPTY_OUTPUTS: "all outputs that the results name are empty",
    DisputeKind.OWN_WORD: "not reached by its own word",
    DisputeKind.CHECK: "check failed",
}
MAX_ABOUT = 300
"""Characters of an agent's words in one of them: the ledger, which every commit writes whole, holds it."""
MAX_DISPUTES = 500
"""That are kept against one agent's results."""
Disputes = Annotated[tuple[Dispute, ...], Meta(max_length=2 * MAX_DISPUTES)]


class Decision(OpenEnum):
    """What was decided about results."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Review(Struct, frozen=True, omit_defaults=True):
    """What was decided about the results of one spawn, the last word of all."""

    decision: Decision
    by: Text = "operator"
    at: Seconds = 0.0
    """Wall seconds."""
    word: HandedOn = ""
    """Why, letter by letter: clean it before it is shown."""
    about: Disputes = ()
    """What spoke against the results then: what comes up later is not settled by it."""

    @property
    def is_rejection(self) -> bool:
        """Whether the results do not count."""
        return self.decision is Decision.REJECTED
