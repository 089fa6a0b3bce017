"""Finds marks that only a program writes: turns of a conversation, the end of a quotation, a speaker's name."""

import re

from swarm.injection.clauses import clauses
from swarm.injection.vocabulary import DO, any_of

_TURN = r"<\|[a-z_]{2,20}\|?>|<</?sys>>"
_NAMES = (
    r"(?:system(?:[-_ ](?:prompt|message|reminder|note))?|assistant|human|instructions?|task|learned|message|brief|"
    r"developer|operator|admin|orchestrator|parent|prompt|role|inst|tool_results?|function_results?|important|"
    r"commands?|quoted)"
)
_TAG = rf"<\s?/?\s?{_NAMES}(?:\s[^<>]{{0,100}})?/?\s?>|\[\s?/?\s?{_NAMES}(?: [a-z]{{1,20}}){{0,2}}\s?\]"
_SPEAKER = (
    r"(?:^|[\n.])[\W_]{0,8}(?:system|assistant|human|developer|operator|orchestrator)(?: [a-z]{2,12}){0,2}\s?[:>]|"
    r"(?:^|\n)\s{0,3}#{1,6} ?(?:system|instructions?|human|assistant|response|new task|task)\s?:?\s*\n"
)
_SPEAKERS = ("system", "assistant", "human", "developer", "operator", "orchestrator", "instruction", "response", "task")
_ORDERS = (
    r'(?:[./,:"] )*(?:(?:please|now|and|then|so|first|just|always|immediately|only|agent|hello) ){0,3}(?:you(?:r|re)?\b'
    r"|(?:i|we) (?:order|command)|new (?:directive|instructions?|orders?|task|rules?)|the operator (?:has|wants|"
    rf"orders)|{any_of(DO)}\b(?! (?:of|is|was|and)\b))"
)
_LOOKED_AT = 300
MAX_MARKS = 20
"""So many tags, and names, are followed up in a text."""


def forged(text: str) -> "re.Match[str] | None":
    """The first forged mark of a readable text in lower case.

    A mark of a conversation's turns is one by itself; a tag or a name is one where orders follow it, because pages and
    reports speak of `<system>` elements and begin lines with `System:`.
    """
    if "<" in text and (found := re.search(_TURN, text)):
        return found
    tagged = "<" in text or "[" in text
    spoken = (":" in text or ">" in text or "#" in text) and any(name in text for name in _SPEAKERS)
    for pattern in (*((_TAG,) if tagged else ()), *((_SPEAKER,) if spoken else ())):
        for _, found in zip(range(MAX_MARKS), re.finditer(pattern, text), strict=False):
            if re.match(_ORDERS, clauses(text[found.end() : found.end() + _LOOKED_AT])):
                return found
    return None
