# ruff: noqa: E501
"""progress.md as people and programs really write it: the last word is the newest entry, wherever it stands."""

import os
import random
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.reports import Progress
from swarm.protocol.entries import read_document
from swarm.protocol.paths import AgentDir
from swarm.protocol.progress import MAX_LINES, TAIL_BYTES, append, read_progress
from swarm.rules.looping.observation import same_content
from tests.support.trees import Grove

WRITTEN = datetime(2026, 11, 25, 15, 0).timestamp()  # noqa: DTZ001 local time, as stamps are


@pytest.fixture
def agent(tmp_path: Path) -> AgentDir:
    return Grove(tmp_path).agent("a-1")


def read(agent: AgentDir, text: str | bytes, at: float = WRITTEN) -> Progress:
    agent.progress.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(agent.progress, (at, at))
    return read_progress(agent)


def last_word(agent: AgentDir, text: str) -> str:
    last = read(agent, text).last
    return last.sentence if last is not None else ""


def minute(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


STAMPED = {
    "headings": "# Log\n\n## 2026-02-28 09:00 - Begun\nRead it.\n\n## 2026-02-28 10:00 - Drafting\n- two of three\n"
    "\n---\n",
    "headings, newest first": "# Log\n\n## 2026-02-28 10:00 - Drafting\n- a\n\n## 2026-02-28 09:00 - Begun\n- b\n",
    "stamp at the end of a heading": "## Begun (2026-02-28 09:00)\nx\n## Drafting (2026-02-28 10:00)\ny\n",
    "stamp behind a dash": "### Begun — 2026-02-28 09:00\n### Drafting — 2026-02-28 10:00\n",
    "stamp alone in a heading": "## 2026-02-28 09:00\nBegun\n## 2026-02-28 10:00\nDrafting\nwith details\n",
    "bold stamp": "**2026-02-28 09:00** - Begun\n**2026-02-28 10:00** - Drafting\ntwo of three\n",
    "bold stamp alone": "**2026-02-28 09:00**\nBegun\n\n**2026-02-28 10:00**\nDrafting\n- more\n",
    "newest first": "2026-02-28 10:00 - Drafting\n2026-02-28 09:00 - Begun\n",
    "newest first, with a title": "# Progress\n\n- 2026-02-28 10:00 Drafting\n- 2026-02-28 09:00 Begun\n- 2026-02-27 09:00 Asked\n"
    "",
    "table": "| Time | Who | What |\n|---|:--|---|\n| 2026-02-28 09:00 | w | Begun |\n"
    "| 2026-02-28 10:00 | | Drafting |\n",
    "table, newest first": "| When | What |\n|---|---|\n| 2026-02-28 10:00 | Drafting |\n| 2026-02-28 09:00 | Begun |\n"
    "",
    "day and time in two cells": "| Day | Time | What |\n|-|-|-|\n| 2026-02-28 | 09:00 | Begun |\n| 2026-02-28 | 10:00 | Drafting |\n"
    "",
    "stamp in the last cell": "| Begun | 2026-02-28 09:00 |\n| Drafting | 2026-02-28 10:00 |\n",
    "check boxes": "- [x] 2026-02-28 09:00 Begun\n- [x] 2026-02-28 10:00 Drafting\n- [ ] Review\n- [ ] Ship\n",
    "numbered": "1. 2026-02-28 09:00 - Begun\n2. 2026-02-28 10:00 - Drafting\n",
    "quoted": "> 2026-02-28 09:00 - Begun\n> 2026-02-28 10:00 - Drafting\n",
    "quoted list in bold": "> - **2026-02-28 09:00**: Begun\n> - **2026-02-28 10:00**: Drafting\n",
    "emoji": "🚀 2026-02-28 09:00 - Begun\n✅ 2026-02-28 10:00 - Drafting\n",
    "level before the stamp": "[INFO] 2026-02-28 09:00:00 Begun\n[INFO] 2026-02-28 10:00:00 Drafting\n",
    "several lines an entry": "2026-02-28 09:00 - Begun\n2026-02-28 10:00 - Drafting\n  with two tables\n  - and a list\n"
    "",
    "list below an entry": "2026-02-28 09:00 - Begun\n- a\n2026-02-28 10:00 - Drafting\n- tables\n- [x] lists\n",
    "footer": "2026-02-28 10:00 - Drafting\n\n---\n*Update after every phase*\n",
    "rule below": "2026-02-28 09:00 - Begun\n2026-02-28 10:00 - Drafting\n=====\n",
    "a section without stamps below": "## 2026-02-28 10:00 Drafting\n- x\n\n# Notes\n\nKeep the tables small.\n- None\n"
    "",
    "times below days": "## 2026-02-27\n- 16:00 Asked\n## 2026-02-28\n- 09:00 Begun\n- 10:00 Drafting\n",
    "times below days, newest first": "## 2026-02-28\n- 10:00 Drafting\n- 09:00 Begun\n## 2026-02-27\n- 16:00 Asked\n",
    "days with lists": "## 2026-02-27\n- Asked\n## 2026-02-28\n- Begun\n- Drafting\n",
    "two sections, the first one newer": "## Log\n- 2026-02-28 09:00 Begun\n- 2026-02-28 10:00 Drafting\n\n## Errors\n\n"
    "| Time | Error |\n|---|---|\n| 2026-02-28 08:00 | stale lock |\n",
    "label below a heading": "# P\n## Phase 1: Begun\n- **Status:** done\n- **Started:** 2026-02-28 09:00\n\n"
    "## Drafting\n- **Status:** in_progress\n- **Started:** 2026-02-28 10:00\n- tables\n\n## Notes\n- None\n",
    "template in a fence": "# Log\n```\n## 2027-01-01 00:00 - [what happened]\n```\n## 2026-02-28 10:00 Drafting\n",
    "the log in a fence": "# Log\n```\n2026-02-28 09:00 - Begun\n2026-02-28 10:00 - Drafting\n```\n",
    "comment": "2026-02-28 10:00 - Drafting\n<!-- 2026-03-28 10:00\n keep this -->\n",
    "deadline": "2026-02-28 10:00 - Drafting\n\nDeadline: 2026-03-05 12:00\n- ETA: 2026-03-01 10:00\n\n"
    "## Next: 2026-03-01 10:00\n",
    "12 hours": "2026-02-28 11:00 AM - Begun\n2026-02-28 1:00 PM - Drafting\n",
    "one slip of the clock": "2026-02-28 09:00 - A\n2026-02-28 09:10 - B\n2026-02-28 09:20 - C\n2026-02-28 09:30 - D\n"
    "2026-02-28 09:40 - E\n2026-02-28 09:00 - Drafting\n",
    "a stamp of the far future in the middle": "## 2026-02-28 09:00 A\n## 2062-02-28 09:00 B\n## 2026-02-28 10:00 Drafting\n"
    "",
    "carriage returns": "2026-02-28 09:00 - Begun\r2026-02-28 10:00 - Drafting\r",
    "carriage returns, newest first": "2026-02-28 10:00 - Drafting\r\n2026-02-28 09:00 - Begun\r\n",
}


@pytest.mark.parametrize("name", STAMPED)
def test_the_last_word_is_the_newest_entry(agent: AgentDir, name: str) -> None:
    progress = read(agent, STAMPED[name])
    assert progress.last is not None
    assert progress.last.sentence.startswith("Drafting"), [line.sentence for line in progress.lines]
    assert progress.claimed is not None
    assert progress.claimed < WRITTEN - 86_400, "a copy of it is old"
    assert not progress.unread


UNSTAMPED = {
    "lines": ("Begun\nDrafting\n", "Drafting"),
    "list": ("# Progress\n\n- Begun\n- Drafting\n", "- Drafting"),
    "boxes": ("# Progress\n\n- [x] Begun\n- [x] Drafting\n- [ ] Ship\n", "- [x] Drafting"),
    "boxes, nothing done": ("- [ ] Begin\n- [ ] Ship\n", "- [ ] Ship"),
    "table": ("| What | State |\n|---|---|\n| Begun | done |\n| Drafting | running |\n\n---\n", "Drafting | running"),
    "rule and footer": ("Begun\nDrafting\n\n---\n*Update me*\n", "Drafting"),
    "nothing": ("Drafting\n\n## Blockers\n- None\n", "Drafting"),
    "a title alone": ("# Drafting\n", "Drafting"),
    "a fence": ("Drafting\n```\n$ make\nok\n```\n", "Drafting"),
    "an open fence": ("```\nDrafting\n", "Drafting"),
    "a rule alone": ("---\n", ""),
    "last updated": ("**Last updated:** 2026-02-28 10:00\n\n## Now\nDrafting\n", "Drafting"),
}


@pytest.mark.parametrize("name", UNSTAMPED)
def test_without_stamps_the_last_line_that_says_something_counts(agent: AgentDir, name: str) -> None:
    text, expected = UNSTAMPED[name]
    assert last_word(agent, text) == expected


def test_what_stands_beside_a_stamp_alone_belongs_to_it(agent: AgentDir) -> None:
    last = read(
        agent, "## 2026-02-28 10:00 - Drafting\n**Agent:** w\n### Done\n- [x] Tables\n### Blockers\n- None\n"
    ).last
    assert last is not None
    assert last.details == ("**Agent:** w", "Done", "- [x] Tables", "Blockers")


def test_last_updated_dates_the_whole_file(agent: AgentDir) -> None:
    progress = read(agent, "# Status\nLast updated: 2026-02-28 10:00\n\n## Now\nDrafting\n")
    assert progress.claimed == minute("2026-02-28 10:00")


@pytest.mark.parametrize(
    "line",
    ["03/04/2025 14:23 - Drafting", "2026-02-31 09:33 - Drafting", "- 28-15-2025 14:23 x", "## 3/4/2025 Drafting"],
)
def test_a_file_whose_stamps_cannot_be_read_says_so(agent: AgentDir, line: str) -> None:
    progress = read(agent, line + "\n")
    assert progress.unread
    assert progress.unread in line
    assert progress.claimed is None


def test_one_date_that_is_certain_tells_the_order_of_all(agent: AgentDir) -> None:
    progress = read(agent, "03/04/2026 14:23 - Begun\n15/04/2026 14:23 - Drafting\n")
    assert [line.stamp for line in progress.lines] == [minute("2026-04-03 14:23"), minute("2026-04-15 14:23")]


@pytest.mark.parametrize(
    "text", ["Version 1.2.34 released\n", "10.0.0.1 is up\n", "3/4 done\n", "Begun at 10:00 sharp\n"]
)
def test_what_is_no_stamp_is_no_fault(agent: AgentDir, text: str) -> None:
    assert read(agent, text).unread == ""


def test_utf_16_is_read_with_its_stamps(agent: AgentDir) -> None:
    text = "2026-02-28 09:00 - Begun\r\n2026-02-28 10:00 - Größe gemessen\r\n"
    progress = read(agent, text.encode("utf-16"))
    assert [line.sentence for line in progress.lines] == ["Begun", "Größe gemessen"]
    assert progress.claimed == minute("2026-02-28 10:00")


def test_latin_1_is_read(agent: AgentDir) -> None:
    last = read(agent, "2026-02-28 10:00 - Größe gemessen\n".encode("latin-1")).last
    assert last is not None
    assert last.sentence == "Größe gemessen"


def test_of_a_long_file_with_the_newest_first_the_head_counts(agent: AgentDir) -> None:
    lines = [f"- 2026-{1 + day // 28:02d}-{1 + day % 28:02d} 10:00 Number {day} {'x' * 300}" for day in range(280)]
    assert sum(map(len, lines)) > TAIL_BYTES
    progress = read(agent, "# Log\n" + "\n".join(reversed(lines)) + "\n")
    assert progress.last is not None
    assert progress.last.sentence.startswith("Number 279 ")
    assert len(progress.lines) == MAX_LINES


def test_what_our_verb_appends_is_the_last_word_whatever_its_clock_says(agent: AgentDir) -> None:
    append(agent, "Begun.", None, 1_772_270_000.0)
    append(agent, "Drafting.", None, 1_772_260_000.0)
    last = read_progress(agent).last
    assert last is not None
    assert last.sentence == "Drafting."


def test_an_update_that_is_written_twice_is_the_same_state(agent: AgentDir) -> None:
    text = "2026-02-28 09:00 - Begun\n2026-02-28 10:00 - Drafting\n"
    once, twice = read(agent, text).fingerprint, read(agent, text + text.splitlines()[1] + "\n").fingerprint
    blank, copied = read(agent, text + "\n\n").fingerprint, read(agent, text + text).fingerprint
    more = read(agent, text + "2026-02-28 10:10 - Drafting\n").fingerprint
    assert once is not None
    assert more is not None
    assert twice is not None
    assert once.said == twice.said
    assert once.said != more.said
    assert {print_.said for print_ in (blank, copied) if print_ is not None} == {once.said}


def test_the_same_words_without_a_stamp_are_told_apart_by_how_often_they_stand_there(agent: AgentDir) -> None:
    once, twice, blank = (
        read(agent, text).fingerprint for text in ("still browsing\n", "still browsing\n" * 2, "still browsing\n\n \n")
    )
    assert once is not None
    assert twice is not None
    assert blank is not None
    assert once.said not in ("", twice.said)
    assert once.said == blank.said


@pytest.mark.parametrize(
    "empty", ["\n", "  \n\n", "2026-02-28 10:10 - \n", "2026-02-28 10:10 - ...\n", "- .\n", "\u200b\n"]
)
@pytest.mark.parametrize(
    "before", ["2026-02-28 10:00 - Read the brief.\n", "## 2026-02-28 10:00 x\n- y\n", "plain\n", ""]
)
def test_failure_3_an_empty_line_is_no_update(agent: AgentDir, before: str, empty: str) -> None:
    first, then = read(agent, before), read(agent, before + empty)
    assert same_content(first.written, then.written)
    assert len(first.lines) == len(then.lines)


def test_an_emoji_alone_is_an_update(agent: AgentDir) -> None:
    line = "2026-02-28 10:00 - Read the brief.\n"
    assert not same_content(read(agent, line).written, read(agent, line + "2026-02-28 10:10 - \u2705\n").written)


def test_a_box_that_is_ticked_below_a_stamp_is_an_update(agent: AgentDir) -> None:
    text = "## 2026-02-28 10:00 Drafting\n- [ ] tables\n\n# Plan\n- [ ] ship\n"
    states = {
        read(agent, each).fingerprint for each in (text, text.replace("[ ] t", "[x] t"), text.replace("[ ] s", "[x] s"))
    }
    assert len({state.said for state in states if state is not None}) == 3


_PARTS = (
    "# T",
    "## 2026-02-28 10:00 x",
    "- [x] a",
    "- [ ] b",
    "|a|b|",
    "|-|-|",
    "---",
    "```",
    "<!--",
    "-->",
    "> q",
    "*f*",
    "",
)
_MORE = (
    "2026-02-28 09:00 - y",
    "  deep",
    "- **Started:** 2026-02-28 10:00",
    "03/04/2025 1:00",
    "14:23 z",
    "Last updated: 2026-02-28",
)


@given(st.lists(st.sampled_from(_PARTS + _MORE), max_size=30), st.booleans())
def test_any_file_of_these_parts_is_read_and_loses_no_line(parts: list[str], cut: bool) -> None:
    document = read_document("\n".join(parts), WRITTEN, cut=cut)
    assert all(entry.sentence for entry in document.entries)
    stamps = [entry.stamp.wall for entry in document.entries if entry.stamp is not None]
    assert document.newest is None or not stamps or document.newest >= max(stamps)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_without_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    directory = AgentDir(tmp_path_factory.mktemp("any"))
    directory.progress.write_bytes(data)
    assert read_progress(directory).error == ""


def test_a_shuffled_log_in_two_forms_ends_with_its_newest_entry(agent: AgentDir) -> None:
    entries = [f"## 2026-02-{day:02d} 10:00 Day {day}\n- x" for day in range(1, 15)]
    entries += [f"- 2026-02-{day:02d} 10:00 Day {day}" for day in range(15, 28)]
    random.Random(7).shuffle(entries)
    assert last_word(agent, "\n".join(entries)) == "Day 27"
