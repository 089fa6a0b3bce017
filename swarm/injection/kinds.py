"""What a text that gives its reader orders tries."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What is tried. The words stand in `--json` and in the figures of the tests."""

    OVERRIDE = "override"
    """It sets aside what the reader was told."""
    NEW_ORDERS = "new-orders"
    """It gives a new task or role."""
    AUTHORITY = "authority"
    """It speaks as the operator or the parent, or grants what only these can grant."""
    FORGED = "forged"
    """It has marks of a program's own: a speaker's name, the end of a quotation."""
    DISCLOSE = "disclose"
    """It asks for secrets, or for the reader's own brief."""
    CONCEAL = "conceal"
    """It asks to keep something from the operator."""
    ADDRESSED = "addressed"
    """It addresses programs that read, and tells them what to do."""
    HIDDEN = "hidden"
    """It carries words that no screen shows."""
    TERMINAL = "terminal"
    """It reaches for the reader's clipboard."""


class Finding(Struct, frozen=True):
    """What was found in a text. why: quoted, clean and short, as an alert says it."""

    kind: Kind
    why: str
