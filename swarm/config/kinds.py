"""The kinds of values in files of settings, with their bounds, and what a table of such a file is."""

import re
from typing import Annotated

from msgspec import Meta, Struct

from swarm.formatting import parse_duration

Duration = Annotated[float, parse_duration]
"""Seconds; the operator writes `90s`, `15m`, `2h` or a bare number, and the checker reads it by the function here."""
Span = Annotated[Duration, Meta(gt=0)]
"""A duration above zero."""
Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]


def name_of_variable(text: object) -> object:
    """Returns a name of a variable, or a pattern of names, as it is; raises ValueError, which does not show it."""
    if isinstance(text, str) and not re.fullmatch(r"[A-Za-z_*?][A-Za-z0-9_*?]*", text):
        raise ValueError("write names of variables or patterns like NVM_*; values stay in the shell that spawns")
    return text


VariableName = Annotated[str, name_of_variable]


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of TOML: a key that is not known is an error."""
