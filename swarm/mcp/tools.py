"""The tools that agents are offered, made from the declared verbs: schemas, and the check of what a call gives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from swarm.errors import UsageError
from swarm.model.verb import Argument, ArgumentKind, Tool, Verb
from swarm.model.verbs import VERBS
from swarm.protocol.paths import Layout
from swarm.protocol.role_names import role_names

if TYPE_CHECKING:
    import msgspec

MAX_ITEMS = 200
MAX_TEXT = 4000
INSTRUCTIONS = (
    "The verbs of the swarm you work in, under the same rules as the command swarm-tui. Report with progress at least "
    "every ten minutes; when your task is done, call done once and stop. spawn, kill, read and message reach only "
    "agents directly below you. A refusal says why, and what you can do instead: it is an answer, not an obstacle."
)
OFFERED = {verb.name: (verb, verb.tool) for verb in VERBS if verb.tool is not None}
LOOKS = frozenset({"status", "diff"})
"""The tools that change nothing."""
_TYPES: Mapping[ArgumentKind, tuple[str, type]] = {
    ArgumentKind.NUMBER: ("integer", int),
    ArgumentKind.SECONDS: ("number", float),
    ArgumentKind.FLAG: ("boolean", bool),
}


def tools(layout: Layout | None) -> list[Mapping[str, Any]]:
    """All tools. layout: the home, for the names of its roles; None where there is none."""
    roles = role_names(layout)
    return [
        {
            "name": verb.name,
            "title": tool.title,
            "description": tool.about,
            "inputSchema": _object(_taken(verb, tool), roles),
            "annotations": {
                "title": tool.title,
                "readOnlyHint": verb.name in LOOKS,
                "destructiveHint": verb.name == "kill",
            },
        }
        for verb, tool in OFFERED.values()
    ]


def checked(name: str, arguments: object) -> Any:
    """The arguments of a call, each declared one as an attribute; raises UsageError where one is wrong.

    Only types and sizes are checked here. What a value means, the verb checks.
    """
    import msgspec

    try:
        return msgspec.convert(arguments, _struct(name, _taken(*OFFERED[name])))
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{name} was called wrongly.", f"{error}.", "Call it again with what its description says."
        ) from error


def _taken(verb: Verb, tool: Tool) -> list[Argument]:
    """The arguments that a tool takes, in the words for agents."""
    return [
        argument._replace(help=tool.words[argument.name], required=argument.required or argument.name in tool.required)
        for argument in verb.arguments
        if argument.name in tool.words
    ]


def _object(arguments: Sequence[Argument], roles: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {_name(argument): _schema(argument, roles) for argument in arguments},
        "required": [_name(argument) for argument in arguments if argument.required],
        "additionalProperties": False,
    }


def _schema(argument: Argument, roles: list[str]) -> dict[str, Any]:
    item = _object(argument.fields, roles) if argument.fields else _scalar(argument, roles)
    if not argument.many:
        return {**item, "description": argument.help}
    least = {"minItems": 1} if argument.required else {}
    return {"type": "array", "description": argument.help, "items": item, "maxItems": MAX_ITEMS, **least}


def _scalar(argument: Argument, roles: list[str]) -> dict[str, Any]:
    kind, _ = _TYPES.get(argument.kind, ("string", str))
    if choices := argument.choices or (roles if argument.kind is ArgumentKind.ROLE else ()):
        return {"type": kind, "enum": list(choices)}
    if kind == "string":
        return {"type": kind, "minLength": 1, "maxLength": _longest(argument)}
    if kind == "boolean":
        return {"type": kind}
    return {"type": kind, "minimum": argument.least, **({"maximum": argument.most} if _is_bounded(argument) else {})}


def _struct(name: str, arguments: Iterable[Argument]) -> "type[msgspec.Struct]":
    from msgspec import defstruct

    fields: list[Any] = []
    for argument in sorted(arguments, key=lambda argument: not argument.required):
        default = [] if argument.required else [() if argument.many else argument.default]
        fields.append((_name(argument), _type(argument), *default))
    return defstruct(name, fields, forbid_unknown_fields=True)


def _type(argument: Argument) -> Any:
    from typing import Annotated, Literal

    from msgspec import Meta

    kind: Any = _TYPES.get(argument.kind, ("", str))[1]
    if argument.fields:
        kind = _struct(argument.name, argument.fields)
    elif argument.choices:
        kind = Literal[argument.choices]
    elif kind is str:
        kind = Annotated[str, Meta(min_length=1, max_length=_longest(argument))]
    elif kind is not bool:
        kind = Annotated[kind, Meta(ge=argument.least, le=argument.most if _is_bounded(argument) else None)]
    if argument.many:
        return Annotated[tuple[kind, ...], Meta(min_length=int(argument.required), max_length=MAX_ITEMS)]
    return kind


def _name(argument: Argument) -> str:
    return f"{argument.name}_s" if argument.kind is ArgumentKind.SECONDS else argument.name


def _longest(argument: Argument) -> int:
    return int(argument.most) if _is_bounded(argument) else MAX_TEXT


def _is_bounded(argument: Argument) -> bool:
    return argument.most < float("inf")
