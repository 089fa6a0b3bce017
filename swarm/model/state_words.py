"""The words for the state of an agent that a filter takes: the same in the control room and on the command line."""

from swarm.model.health import Health

BEYOND_HEALTH = ("ended", "ending", "problem", "running", "silent", "stray", "sub-agent", "unread")
"""What is said of an agent in a row beside its health."""
STATE_WORDS: tuple[str, ...] = tuple(sorted({*(state.value for state in Health), *BEYOND_HEALTH}))


def meant_by(word: str) -> tuple[str, ...]:
    """The words that one being typed may become: itself where it is one, else all that begin with it; in any case of
    letters. () where there is none."""
    lower = word.lower()
    return (lower,) if lower in STATE_WORDS else tuple(known for known in STATE_WORDS if known.startswith(lower))
