"""What speaks against a spawn, in the words of the form: which field it is about, and what one does there."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from swarm.errors import Code
from swarm.model.requests import Objection, SpawnCheck, SpawnRequest
from swarm.sanitize import clean
from widgets.own_keys import KeyOf, fill_keys

LABELS = {
    "name": "Name",
    "task": "Task",
    "program": "Program",
    "command": "Command",
    "role": "Role",
    "parent": "Below",
    "accept": "Done when",
    "model": "Model",
    "slots": "Slots",
    "inputs": "Inputs",
    "outputs": "Outputs",
    "worktree": "Worktree",
    "cwd": "Works in",
    "owns": "Owns",
    "env": "Environment",
}
"""The fields of a request, and how the form calls them."""
FIRST = ("name", "task", "program", "command")
"""What stands above the fold. All others are below `more`."""
ROOM_CODES = frozenset({Code.NO_SLOT, Code.BUDGET, Code.RESERVE, Code.ALLOCATION})
"""What speaks of a lack of room, which the end of somebody may mend."""
_HINTS: dict[tuple[str, Code], str] = {
    ("name", Code.EXISTS): "Take another name, or leave and start that one again with {respawn}.",
    ("name", Code.CRASH_LOOP): "Look at its output. Where you have mended it, spawn it: you are asked once more.",
    ("parent", Code.PAUSED_BRANCH): "Take another one, or leave and let it go on first ({pause}, or {freeze} for all).",
    ("task", Code.BRIEF): "Or put it into a file of the home, name that in Inputs, and say here to read it.",
    ("model", Code.MODEL): "Leave it empty, or set [models] allow_mixed = true in swarm.toml.",
    ("accept", Code.ACCEPTANCE): "Write one outcome a line, and behind :: the command that checks it.",
    ("env", Code.NAME): "It comes from the agent that this one is spawned like.",
}
"""What to do about it, where the engine speaks of its command line."""


class Refusal(Struct, frozen=True):
    """One reason why this spawn would be refused."""

    field: str
    """The field that it stands at; '' for the swarm as it is."""
    title: str
    more: str = ""
    code: Code = Code.INVALID

    @property
    def short(self) -> str:
        """In a few words, at its field."""
        label = LABELS.get(self.field, "")
        return clean(f"{label}: {self.title}" if label else self.title, 300)

    @property
    def whole(self) -> str:
        """With where, why and what to do."""
        return clean(f"{self.short} {self.more}", 1000)


def refusals(check: SpawnCheck, request: SpawnRequest, takes_command: bool, key_of: KeyOf) -> Iterator[Refusal]:
    """What a check found, in the form's words. takes_command: the chosen program runs a command."""
    for objection in check.objections:
        field = objection.field
        if field == "program" and takes_command and objection.code is Code.PROGRAM:
            field = "command"
            if not request.command:
                yield Refusal(field, "there is none: write what is to be run.", code=objection.code)
                continue
        yield Refusal(field, objection.title, _more(objection, key_of), objection.code)


def _more(objection: Objection, key_of: KeyOf) -> str:
    if objection.code in ROOM_CODES:
        # Whom to end is asked in a dialog of its own.
        return objection.detail
    own = _HINTS.get((objection.field, objection.code))
    hint = objection.hint if own is None else fill_keys(own, key_of)
    return " ".join(part for part in (objection.detail, hint) if part)


def ordered(found: Iterable[Refusal], first: str) -> tuple[Refusal, ...]:
    """One of each, those of the field `first` before the others, then in the order of the form."""
    order = list(LABELS)
    unique = dict.fromkeys(found)
    return tuple(
        sorted(unique, key=lambda each: (each.field != first, order.index(each.field) if each.field in order else -1))
    )
