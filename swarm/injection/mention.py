"""Tells a report of an injection from the injection: what is quoted, by somebody who says what it is."""

import re

_FRAME = (
    r"\b(?:sa(?:id|ys?|ying)|contain(?:s|ed|ing)?|reads?|wrote|written|writes|texts?|phrases?|words?|strings?|"
    r"sentences?|lines?|examples?|such as|like|quot(?:ed|es?|ing)|tagged|flagged|tests?|assert\w*|asks?|asked|tells?|"
    r"told|tr(?:ied|ies)|attempts?|injections?|payloads?|suspicious|patterns?|regex|grep|const|detect\w*|matche[sd]|"
    r"title[ds]?|heading|comments?|called|named|caption|explains?|describes?|list(?:s|ed)?|mentions?|not "
    r"follow(?:ed)?|not obey(?:ed)?|ignored|reported|treat(?:ed)?|as data|jailbreaks?|rule|skipped|footer|cases?)\b"
)
_NEAR = 160
"""Characters before and after a quotation in which words may say what it is."""


def is_mention(words: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` in a line of clauses is quoted, and words beside the quotation say so.

    A text that is nothing but a quotation is none: that is how a page would write it.
    """
    before, after = words[:start], words[end:]
    if words[start:end].startswith('" '):
        before += '" '
    if before.count('"') % 2 == 0 or '"' not in words[start + 1 :]:
        return False
    opened = before.rfind('"')
    closed = after.find('"')
    beside = before[max(0, opened - _NEAR) : opened] + (
        " . " + after[closed + 1 : closed + 1 + _NEAR] if closed >= 0 else ""
    )
    return re.search(_FRAME, beside) is not None
