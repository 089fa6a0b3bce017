"""Whether the arguments of a call have the shape that the tool's schema says; in words where they have not."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}
SHOWN = 80


def complaint(value: object, schema: Schema, name: str = "arguments") -> str:
    """What is wrong with a value, in one sentence; '' where nothing is. Knows the part of JSON Schema that we use."""
    kind = schema["type"]
    if not _is(value, kind):
        return f"{name} is {_shown(value)}; it is {_WORDS[kind]}."
    if "enum" in schema and value not in schema["enum"]:
        return f"{name} is {_shown(value)}; it is one of {', '.join(schema['enum'])}."
    if isinstance(value, str):
        return _of_text(value, schema, name)
    if isinstance(value, dict):
        return _of_object(value, schema, name)
    if isinstance(value, list):
        return _of_list(value, schema, name)
    return _of_number(value, schema, name)


def _of_text(value: str, schema: Schema, name: str) -> str:
    if len(value.strip()) < schema.get("minLength", 0):
        return f"{name} is empty."
    if len(value) > schema.get("maxLength", math.inf):
        return f"{name} has {len(value)} characters; {schema['maxLength']} at most are taken."
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{name} is {_shown(value)}; it has the form {schema['pattern']}."
    return ""


def _of_number(value: Any, schema: Schema, name: str) -> str:
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    if least <= value <= most:
        return ""
    return f"{name} is {_shown(value)}; it is {least} or more{'' if most == math.inf else f', {most} at most'}."


def _of_list(value: list[Any], schema: Schema, name: str) -> str:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
        return f"{name} has {len(value)} items; it has {schema.get('minItems', 0)} to {schema['maxItems']}."
    wrong = (complaint(item, schema["items"], f"{name}[{at}]") for at, item in enumerate(value))
    return next((words for words in wrong if words), "")


def _of_object(value: Mapping[str, Any], schema: Schema, name: str) -> str:
    known: Mapping[str, Schema] = schema["properties"]
    inside = "" if name == "arguments" else f"{name}."
    for key in schema.get("required", ()):
        if key not in value:
            return f"{inside}{key} is missing."
    for key, item in value.items():
        if key not in known:
            return f"{_shown(key)} is not known; there are {', '.join(known)}."
        words = complaint(item, known[key], f"{inside}{key}")
        if words:
            return words
    return ""


def _is(value: object, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "boolean": bool, "array": list, "object": dict}[kind])


def _shown(value: object) -> str:
    return json.dumps(value, default=str)[:SHOWN]
