"""One line of a progress.md with the marks that people and programs put around it: headings, lists, boxes, tables."""

import re
from enum import Enum
from functools import cache
from typing import NamedTuple

from swarm.protocol.progress_line import count_of_outputs, parse_line
from swarm.protocol.stamps import Hints, Stamp, read_stamp

MAX_TRIES = 8
MAX_INSIDE = 500
"""Characters of a line in which a stamp that does not begin it is looked for."""
LABEL_WORDS = 4
_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}


class Kind(Enum):
    """What a line is marked as."""

    HEADING = "heading"
    TABLE = "table"
    LIST = "list"
    LINE = "line"


class Line(NamedTuple):
    """A line taken apart. raw: as written. text: made safe to show. level: of a heading, 0 for none.

    indent: columns before it. box: whether its check box is ticked, None without one. bare: the stamp is set off from
    what follows (bold, or alone). label: it only dates something (`Started: 14:23`); whole_file: all of the file.
    planned: it names a time to come (`Deadline: ...`).
    unread: what looks like a stamp and cannot be read.
    """

    raw: str
    text: str
    kind: Kind
    sentence: str
    indent: int = 0
    level: int = 0
    box: bool | None = None
    stamp: Stamp | None = None
    outputs: int | None = None
    bare: bool = False
    label: bool = False
    whole_file: bool = False
    planned: bool = False
    unread: str = ""


class _Patterns(NamedTuple):
    heading: re.Pattern[str]
    item: re.Pattern[str]
    lead: re.Pattern[str]
    numbered: re.Pattern[str]
    level: re.Pattern[str]
    tail: re.Pattern[str]
    inside: re.Pattern[str]
    closed: re.Pattern[str]
    other: re.Pattern[str]
    updated: re.Pattern[str]
    like: re.Pattern[str]
    rule: re.Pattern[str]
    table_rule: re.Pattern[str]
    nothing: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Compiled by the first reader of a file that is not in the plain form. None of them can run over a line twice."""
    lead = r"(?:\[[xX\u2713\u2714]\]|[\W_])*"
    return _Patterns(
        heading=re.compile(r"[>\s]*(#{1,6})\s+(.*?)[\s#]*\Z", re.DOTALL),
        item=re.compile(r"[>\s]*(?:[-*+\u2022\u2023\u00b7]|\(?\d{1,4}[.)])\s+(?:\[([ xX\u2713\u2714~-]?)\]\s+)?"),
        lead=re.compile(lead),
        numbered=re.compile(rf"[\W_]*\d{{1,4}}[.)]\s+{lead}"),
        level=re.compile(r"[\W_]*(?:debug|info|notice|warn|warning|error|critical|fatal|trace)\b[\W_]*", re.IGNORECASE),
        tail=re.compile(r"[\s\])*_`>|,:;.\u2013\u2014-]*"),
        inside=re.compile(
            r"(?:[(\[<|:@,\u2013\u2014]|\s-|\b(?:on|at|am|um|vom|le|del|since|of|session|day)\b)[\s*_`~]*(?=\w)",
            re.IGNORECASE,
        ),
        closed=re.compile(r"[\s\])>*_`~|.]*\Z"),
        other=re.compile(
            r"(?i)\b(?:due|deadline|eta|expir\w*|until|target|plan\w*|next|estimat\w*|release\w*|by|frist|bis|f\u00e4llig)\b"
        ),
        updated=re.compile(r"(?i)\b(?:updated?|modified|as of|stand|generated|saved|aktualisiert|actualizado|jour)\b"),
        like=re.compile(
            r"\d{1,4}([-/.])\d{1,2}\1\d{2,4}[ T,]+\d{1,2}[:.]\d\d(?::\d\d)?|\d{1,2}([-/])\d{1,2}\2\d{4}(?!\d)"
            r"|\d{4}([-/])\d{1,2}\3\d{1,2}(?!\d)"
        ),
        rule=re.compile(r"(?:([-*_=~#\u2013\u2014\u2500\u2550+])\s*(?:\1\s*){2,})\Z"),
        table_rule=re.compile(r"\|?[\s:|+-]*-[\s:|+-]*\|[\s:|+-]*\Z"),
        nothing=re.compile(
            r"(?i)[\W_]*(?:none|n/a|tbd|todo|nothing|keine?|ninguno|aucune?|no blockers?)?[\W_]*\Z"
            r"|[*_](?![*_\s]).*[^*_\s][*_]\Z"
        ),
    )


def is_rule(text: str) -> bool:
    """Whether a line is nothing but a rule across the page."""
    return _patterns().rule.match(text) is not None


def is_table_rule(text: str) -> bool:
    """Whether a line is the rule below the heading of a table."""
    return "|" in text and _patterns().table_rule.match(text) is not None


def is_aside(text: str) -> bool:
    """Whether a line says nothing that was done: `- None`, an empty item, a footer in italics."""
    return _patterns().nothing.match(text) is not None


def read_line(raw: str, text: str, hints: Hints) -> Line:
    """Takes a line apart. text: the same, made safe to show, without spaces around it."""
    patterns = _patterns()
    indent = len(raw.expandtabs(4)) - len(raw.expandtabs(4).lstrip())
    heading = patterns.heading.match(text)
    if heading is not None:
        line = Line(raw, text, Kind.HEADING, _plain(heading[2]), level=len(heading[1]), bare=True)
        return _dated(line, heading[2], hints)
    if text.startswith("|") and text.count("|") > 1:
        return _row(raw, text, indent, hints)
    item = patterns.item.match(text)
    box = None if item is None or item[1] is None else item[1] not in (" ", "", "-", "~")
    line = Line(raw, text, Kind.LINE if item is None else Kind.LIST, text, indent, box=box)
    plain = parse_line(text)
    if plain.stamp is not None:
        stamp = Stamp(plain.stamp, plain.stamp_text, plain.naive, 0, whole_day=False, day=None)
        return line._replace(stamp=stamp, sentence=plain.sentence, outputs=plain.outputs, bare=not plain.sentence)
    return _dated(line, text, hints)


def _dated(line: Line, text: str, hints: Hints) -> Line:
    """The line with the stamp that stands in it, if any does."""
    if not text.isascii():
        text = text[:80].translate(_FULL_WIDTH) + text[80:]
    found = _at_start(text, hints)
    if found is not None:
        outputs, sentence = count_of_outputs(_patterns().tail.sub("", text[found.end :], count=1))
        bold = text.lstrip("> ").startswith(("**", "__")) and line.kind is Kind.LINE
        return line._replace(
            stamp=found, sentence=_plain(sentence), outputs=outputs, bare=line.bare or bold or not sentence
        )
    dated = _inside(line, text, hints)
    if dated is not None:
        return dated
    outputs, _ = count_of_outputs(text)
    if outputs is not None:
        line = line._replace(outputs=outputs, sentence=count_of_outputs(text)[1])
    begun = _patterns().lead.match(text)
    like = _patterns().like.match(text, begun.end() if begun is not None else 0)
    return line if like is None else line._replace(unread=like[0])


def _at_start(text: str, hints: Hints) -> Stamp | None:
    patterns = _patterns()
    for lead in (patterns.lead, patterns.numbered, patterns.level):
        begun = lead.match(text)
        if begun is not None and (found := read_stamp(text, hints, begun.end())) is not None:
            return found
    return None


def _inside(line: Line, text: str, hints: Hints) -> Line | None:
    """A stamp in or behind the words: anywhere in a heading, else only where nothing follows it."""
    patterns = _patterns()
    for number, place in enumerate(patterns.inside.finditer(text[:MAX_INSIDE])):
        if number >= MAX_TRIES:
            break
        found = read_stamp(text, hints, place.end())
        if found is None or found.day is None:
            continue
        before, after = text[: place.start()], text[found.end :]
        closed = patterns.closed.match(after) is not None
        if patterns.other.search(before):
            return line._replace(planned=closed)
        if not (closed or line.level):
            return None
        said = _plain(patterns.item.sub("", before, count=1)).strip(" -\u2013\u2014:|([")
        label = not line.level and place[0].lstrip()[:1] == ":" and len(said.split()) <= LABEL_WORDS
        whole_file = not line.level and len(said.split()) <= LABEL_WORDS and patterns.updated.search(said) is not None
        if not closed:
            said = f"{said} {_plain(patterns.tail.sub('', after, count=1))}".strip()
        return line._replace(stamp=found, sentence=said, label=label or whole_file, whole_file=whole_file)
    return None


def _row(raw: str, text: str, indent: int, hints: Hints) -> Line:
    cells = [_plain(cell) for cell in text.strip().strip("|").split("|")]
    line = Line(raw, text, Kind.TABLE, " | ".join(cell for cell in cells if cell), indent)
    for number, cell in enumerate(cells):
        found = _at_start(cell, hints)
        if found is None or (found.day is None and number):
            continue
        width = 1
        if found.whole_day and number + 1 < len(cells):
            both = read_stamp(f"{cell} {cells[number + 1]}", hints)
            if both is not None and not both.whole_day:
                found, width = both, 2
        rest = _patterns().tail.sub("", cell[found.end :], count=1) if width == 1 else ""
        others = [each for each in (*cells[:number], rest, *cells[number + width :]) if each]
        return line._replace(stamp=found, sentence=" | ".join(others))
    return line


def without_item(text: str) -> str:
    """Words without the mark of a list before them."""
    return _patterns().item.sub("", text, count=1)


def _plain(text: str) -> str:
    """Words without the marks of bold and code around them."""
    return text.replace("**", "").replace("__", "").strip(" `|")
