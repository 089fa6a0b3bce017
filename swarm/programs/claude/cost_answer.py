"""What Claude Code answers when it is asked for its cost: text for people, in the words of several releases."""

import re

from msgspec import Struct

from swarm.model.activity import Tokens

_COST = re.compile(r"(?:Total|Estimated) cost:\s{0,40}\$([\d,]{1,12}(?:\.\d{1,9})?)")
_GUESSED = "unknown models"
"""It stands behind a sum in which the program guessed at the price of a model that it does not know."""
_NUMBER = r"([\d.]{1,12}[kmb]?)"
_MODEL = re.compile(
    rf"^\s{{1,40}}(\S{{1,128}}):\s+{_NUMBER} input, {_NUMBER} output, {_NUMBER} cache read, {_NUMBER} cache write",
    re.MULTILINE,
)
_SCALE = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
MAX_MODELS = 20
MAX_TEXT = 8_000


class CostAnswer(Struct, frozen=True):
    """Totals since the session began, rounded for people."""

    cost_usd: float
    guessed: bool = False
    """Some of it is a guess."""
    models: dict[str, Tokens] = {}


def read_answer(text: object) -> CostAnswer | None:
    """The figures of an answer; None where it is another one, or in words that no release was heard to use."""
    if not isinstance(text, str):
        return None
    text = text[:MAX_TEXT]
    cost = _COST.match(text)
    if cost is None:
        return None
    found = [each for each, _ in zip(_MODEL.finditer(text), range(MAX_MODELS), strict=False)]
    models = {each[1]: Tokens(*map(_count, each.groups()[1:])) for each in found}
    return CostAnswer(float(cost[1].replace(",", "") or 0), _GUESSED in text.partition("\n")[0], models)


def _count(text: str) -> int:
    scale = _SCALE.get(text[-1:], 1)
    try:
        return int(float(text.rstrip("kmb")) * scale)
    except ValueError:
        return 0
