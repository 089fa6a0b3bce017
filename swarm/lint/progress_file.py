"""progress.md, line by line: stamps, their order, silences, sentences, repetition (protocol.md, progress.md)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from swarm.formatting import spell_duration
from swarm.lint.subject import WHOLE_BYTES, Subject, whole
from swarm.model.lint import Breach, Rule
from swarm.model.reports import ProgressLine
from swarm.protocol.progress_line import MAX_CHARS, parse_line, says_something
from swarm.protocol.stamps import Hints, read_stamp
from swarm.rules.looping.cadence import clockwork
from swarm.rules.looping.repetition import find_repetition
from swarm.sanitize import clean
from swarm.store.reader import Read
from swarm.store.text import decode

FILE = "progress.md"
REPORTING_S = 600.0
"""At least so often an agent writes a line (protocol.md)."""
AHEAD_S = 600.0
"""A stamp may lie so far ahead of the file's own time: clocks differ."""
MANY = 5
"""Breaches of one rule in one file that are told one by one; the others are counted."""
_CONTROLS = frozenset(map(chr, (*range(9), *range(11, 32), 127))) - {"\r"}


class Line(NamedTuple):
    """A line that says something. number: counted from 1."""

    number: int
    parsed: ProgressLine


def check(subject: Subject) -> Iterator[Breach]:
    """What its progress.md breaks. Of many breaches of one rule the first are told, and how many more there are."""
    if subject.view.progress.error:
        return  # the scan says so
    read = whole(subject.files.progress)
    if read is None:
        is_root = subject.view.id == subject.policy.root.id
        if not subject.over and subject.view.spec is not None and not is_root:
            yield subject.breach(Rule.PROGRESS, FILE, "there is none: it has never reported")
        return
    yield from _few(subject, [*_of_text(subject, read), *_of_lines(subject, read)])


def _few(subject: Subject, found: list[Breach]) -> Iterator[Breach]:
    told: dict[Rule, int] = {}
    for one in found:
        told[one.rule] = told.get(one.rule, 0) + 1
        if told[one.rule] <= MANY:
            yield one
    for rule, count in told.items():
        if count > MANY:
            last = next(one.line for one in reversed(found) if one.rule is rule)
            yield subject.breach(rule, FILE, f"{count - MANY} more such lines, the last of them this one", line=last)


def _of_text(subject: Subject, read: Read) -> Iterator[Breach]:
    if read.truncated:
        text = f"it is longer than {WHOLE_BYTES >> 20} MiB, and checked no further"
        yield subject.breach(Rule.TEXT, FILE, text, cure="Nothing has to be done.")
    try:
        read.data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not read.truncated or error.start < len(read.data) - 4:
            number = read.data.count(b"\n", 0, error.start) + 1
            yield subject.breach(Rule.TEXT, FILE, f"it is not UTF-8 (byte {error.start})", line=number)


def _of_lines(subject: Subject, read: Read) -> Iterator[Breach]:
    written = read.mtime_ns / 1e9
    lines: list[Line] = []
    for number, raw in enumerate(decode(read.data).split("\n"), 1):
        if not _CONTROLS.isdisjoint(raw):
            yield subject.breach(Rule.TEXT, FILE, "there are control characters in it", line=number)
        if len(raw) > MAX_CHARS:
            cut = f"it has {len(raw):,} characters, and is cut at {MAX_CHARS:,}"
            yield subject.breach(Rule.LONG_LINE, FILE, cut, line=number)
        text = clean(raw[: MAX_CHARS * 4], MAX_CHARS).strip()
        if not text or not says_something(text):
            continue
        line = ProgressLine(*parse_line(text))
        yield from _of_line(subject, number, line, text, written)
        lines.append(Line(number, line))
    latest = written + AHEAD_S
    yield from _between(
        subject, [line for line in lines if line.parsed.stamp is not None and line.parsed.stamp <= latest]
    )


def _of_line(subject: Subject, number: int, line: ProgressLine, text: str, written: float) -> Iterator[Breach]:
    if line.stamp is None:
        other = read_stamp(text.lstrip("#*-> |[("), Hints(written=written))
        if other is None:
            said = f"no time stands before it: {clean(text, 60)}"
            yield subject.breach(Rule.STAMP, FILE, said, line=number)
        else:
            yield subject.breach(Rule.STAMP_FORM, FILE, f"its time is written as {clean(other.text, 60)}", line=number)
        return
    if line.stamp > written + AHEAD_S:
        ahead = spell_duration(line.stamp - written)
        text = f"its time, {line.stamp_text}, lies {ahead} after the file's last change"
        yield subject.breach(Rule.STAMP_FUTURE, FILE, text, line=number)
    if not says_something(line.sentence):
        yield subject.breach(Rule.SENTENCE, FILE, "it has a time and says nothing", line=number)


def _between(subject: Subject, lines: list[Line]) -> Iterator[Breach]:
    """What shows only beside other lines."""
    silent = max(REPORTING_S, subject.policy.heartbeat.period * subject.policy.heartbeat.investigate_after)
    for before, after in pairwise(lines):
        gap = (after.parsed.stamp or 0.0) - (before.parsed.stamp or 0.0)
        if gap < 0:
            text = f"its time, {after.parsed.stamp_text}, is before that of the line above, {before.parsed.stamp_text}"
            yield subject.breach(Rule.STAMP_ORDER, FILE, text, line=after.number)
        elif gap > silent:
            text = (
                f"nothing was written for {spell_duration(gap)} before it; from {spell_duration(silent)} on it is stuck"
            )
            yield subject.breach(Rule.SILENCE, FILE, text, line=after.number)
    counted = [line for line in lines if line.parsed.outputs is not None]
    for before, after in pairwise(counted):
        if (after.parsed.outputs or 0) < (before.parsed.outputs or 0):
            text = f"it counts {after.parsed.outputs} outputs, where an earlier line had {before.parsed.outputs}"
            yield subject.breach(Rule.OUTPUTS_FALL, FILE, text, line=after.number)
    yield from _of_the_newest(subject, lines)


def _of_the_newest(subject: Subject, lines: list[Line]) -> Iterator[Breach]:
    said = [line.parsed for line in lines]
    if not said:
        return
    regular = clockwork(said)
    repeated = find_repetition(said, subject.policy.heartbeat.loop_sentences, by_clock=regular is not None)
    if repeated.share >= 1:
        text = f"{repeated.text}: {repeated.quote}"
        yield subject.breach(Rule.REPEATED, FILE, text, line=lines[-1].number)
    if regular is not None:
        text = f"its updates come every {spell_duration(regular)}, as a machine's do"
        yield subject.breach(Rule.CLOCKWORK, FILE, text, line=lines[-1].number)
