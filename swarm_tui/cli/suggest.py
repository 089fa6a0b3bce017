"""What was meant by a word that nothing is called by. Imported only then."""

from collections.abc import Iterable
from difflib import get_close_matches

from swarm.model.verbs import BY_NAME

_OTHER_NAMES = {
    "status": ("ls", "list", "ps", "top", "show", "tree", "agents", "get", "info", "watch"),
    "kill": ("stop", "end", "rm", "delete", "terminate", "cancel"),
    "spawn": ("start", "new", "create", "add", "launch", "agent"),
    "respawn": ("restart", "retry", "again", "rerun"),
    "log": ("logs", "tail", "output", "transcript"),
    "message": ("msg", "send", "tell", "say", "note"),
    "attach": ("talk", "chat", "enter", "exec", "connect", "join"),
    "pause": ("suspend", "halt"),
    "resume": ("continue", "unpause", "cont"),
    "freeze": ("halt-all", "pause-all", "stop-all", "panic"),
    "thaw": ("unfreeze", "resume-all"),
    "ack": ("acknowledge", "seen", "ok", "dismiss-alert"),
    "alerts": ("problems", "warnings"),
    "events": ("audit", "history", "journal"),
    "results": ("inbox",),
    "heartbeat": ("beat", "tick", "plan"),
    "run": ("daemon", "serve", "watchdog"),
    "archive": ("clean", "cleanup", "gc", "prune"),
    "doctor": ("check", "diagnose", "verify", "fsck"),
    "completion": ("completions", "complete"),
}
"""What the verbs are called elsewhere, and by people in a hurry."""
VERB_OF = {other: verb for verb, others in _OTHER_NAMES.items() for other in others}


def verb_for(word: str) -> str:
    """The verb that was probably meant; '' where none is like it."""
    lower = word.lower()
    if lower in VERB_OF:
        return VERB_OF[lower]
    near = get_close_matches(lower[:80], [*BY_NAME, *VERB_OF], n=1, cutoff=0.6)
    return VERB_OF.get(near[0], near[0]) if near else ""


def option_for(word: str, known: Iterable[str]) -> str:
    """The option that was probably meant by one that is none; '' where none is like it."""
    name = word.partition("=")[0]
    near = get_close_matches(name[:80], list(known), n=1, cutoff=0.6)
    return near[0] if near else ""
