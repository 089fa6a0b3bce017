"""Troubles that a program ascribes to its service, and an agent that waits for one of them to be over."""

from msgspec import Struct

from swarm.model.bounds import Count, Seconds, Text
from swarm.model.open_enum import OpenEnum


class Trouble(OpenEnum):
    """Why a program could not go on, by its own word. The words stand in the ledger and in `--json`."""

    OVERLOADED = "overloaded"
    """The service answers with an error of its own."""
    UNREACHABLE = "unreachable"
    """The service does not answer: no network, or a gateway that is down."""
    LIMIT = "limit"
    """The account has used up what it may use up until some time."""
    CREDIT = "credit"
    """The account has no money left."""
    LOGIN = "login"
    """The service does not know who asks: no login, or one that has run out."""
    PROGRAM = "program"
    """The program ends before it says anything: an update broke it, or is under way."""

    @property
    def is_shared(self) -> bool:
        """One agent's word is enough to know that no other agent fares better."""
        return self in _SHARED


_SHARED = frozenset({Trouble.LIMIT, Trouble.CREDIT, Trouble.LOGIN})


class Waiting(Struct, frozen=True, omit_defaults=True):
    """How an agent waits for its service. It stays in the record of an agent that was taken up, until it has ended."""

    trouble: Trouble
    why: Text
    """What its program said, in one sentence."""
    since: Seconds
    """Awake seconds of the first trouble in a row."""
    since_at: Seconds
    """Wall seconds of the same."""
    began: Seconds
    """Awake seconds at which this wait began; it does not age the agent."""
    patient_from: Seconds = 0.0
    """Awake seconds from which `[service] give_up_after` counts: a time that the service named comes before it."""
    worked: bool = False
    """It had done something before: its session goes on. Else it begins anew, with its brief."""
    over: Seconds | None = None
    """Awake seconds at which this wait ended: the agent was taken up. None while it waits."""
    tries: Count = 0
    """How often in a row the agent was taken up, and met with trouble again."""
    next_try: Seconds | None = None
    """Awake seconds of the next try; None where a person decides."""
    next_at: Seconds | None = None
    """Wall seconds of the next try."""
    named: bool = False
    """The service named `next_at` itself."""
