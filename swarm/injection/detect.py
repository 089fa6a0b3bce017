"""Asks whether a text gives orders to its reader; the rules of `examiner` are loaded with the first text."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swarm.injection.kinds import Finding, Kind

LOOKED_AT = 64_000
"""Characters of a text that are looked at: half of them from its beginning, half from its end."""


def suspicion(text: str) -> str | None:
    """Why a text looks like an instruction to its reader, quoted and short; None where it does not."""
    found = examine(text)
    return found.why if found is not None else None


def examine(text: str, apart: "frozenset[Kind]" = frozenset()) -> "Finding | None":
    """What a text tries on its reader; None where it is a report like others. Safe for any text, of any length.

    A demand counts where it is aimed at the reader and names an object of control (instructions, role, task, secret,
    budget): a word alone does not, nor does a quotation that somebody reports. apart: kinds that are not looked for,
    where who writes may give such orders.
    """
    from swarm.injection.examiner import examined

    if len(text) > LOOKED_AT:
        text = f"{text[: LOOKED_AT // 2]}\n{text[-LOOKED_AT // 2 :]}"
    return examined(text, apart)
