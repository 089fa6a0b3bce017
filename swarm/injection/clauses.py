"""Makes one line of words of a text, with marks where a sentence, a line or a quotation begins or ends."""

import re

_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdo|big|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u|wbr)"
    r"(?:\s[^<>]{0,300})?/?>"
)
_TAG = re.compile(r"<(?:!--|[/!?]?[a-z|][^<>]{0,300}/?>)|-->")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]*")
_EMPHASIS = re.compile(r"[*~]+|(?<![a-z0-9])_+|_+(?![a-z0-9])")
_JOINED = re.compile(r"(?<![a-z0-9._])(?:[a-z0-9.]{1,40}_){3,60}[a-z0-9.]{1,40}")
_QUOTE = re.compile(r"[\"“”„«»‹›`]+|(?<![a-z0-9])[rbf]?['‘‚]+(?=\S)|(?<=\S)['’]+(?![a-z0-9])")
_APOSTROPHE = re.compile(r"(?<=[a-z0-9])['’](?=[a-z])")
_PLAIN = re.compile(r"[a-z0-9 .,:;!?/()+=#%@-]*\Z")  # without quotations, emphasis and joined names
_TOKEN = re.compile(r"[^\W_]+(?:[_'][^\W_]+)*|\n|:|,|[.!?;](?=\W|$)|[()\[\]{}|>•–—]|\s-+\s|\"")
_SHOWN = {"\n": "/", ":": ":", ",": ",", '"': '"'}
MARKS = frozenset({".", *_SHOWN.values()})
"""What stands in a line of clauses for punctuation."""


def clauses(text: str) -> str:
    """Words in lower case, one space between them.

    Marks stand as words of their own: `.` ends a sentence or begins a part, `:` and `,` are themselves, `/` is a line
    end, `"` a quotation mark of any form. Markup is gone; an address is the word `url`. Names of four parts and more
    that underscores join are words: a name of two or three is one word, as in code.
    """
    text = _INLINE.sub("", text) if "<" in text else text
    text = _TAG.sub(" . ", text) if "<" in text or "-->" in text else text
    text = _URL.sub(" url ", text) if "://" in text or "www." in text else text
    text = text.replace("](", " . ") if "](" in text else text
    if not _PLAIN.match(text):
        text = _QUOTE.sub(' " ', _APOSTROPHE.sub("", text))  # don't, you're
        text = _JOINED.sub(lambda found: found[0].replace("_", " "), _EMPHASIS.sub("", text))
    return " ".join(_SHOWN.get(word, word if word[0].isalnum() else ".") for word in _TOKEN.findall(text))
