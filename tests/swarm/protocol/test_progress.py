"""progress.md: lines as the protocol writes them, whatever else lies there, and appending one that stays one."""

import os
import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.errors import UsageError
from swarm.protocol.paths import AgentDir
from swarm.protocol.progress import MAX_LINES, append, examine_progress, format_line, read_progress
from swarm.protocol.progress_line import MAX_CHARS, parse_line
from swarm.store.reader import Unreadable
from tests.support.trees import ODD_KINDS, Grove, make_odd


@pytest.fixture
def agent(tmp_path: Path) -> AgentDir:
    return Grove(tmp_path).agent("a-1")


def sentences(agent: AgentDir) -> list[str]:
    return [line.sentence for line in read_progress(agent).lines]


def test_a_line_of_the_protocol_is_taken_apart() -> None:
    line = parse_line("2026-02-28 09:33:12+01:00 - [outputs 3] Writing analysis section. 800/2000 words done.")
    assert line.stamp == datetime.fromisoformat("2026-02-28T09:33:12+01:00").timestamp()
    assert line.stamp_text == "2026-02-28 09:33:12+01:00"
    assert (line.outputs, line.naive) == (3, False)
    assert line.sentence == "Writing analysis section. 800/2000 words done."


@pytest.mark.parametrize("dash", ["-", "–", "—", "--"])
def test_any_dash_separates_stamp_and_sentence(dash: str) -> None:
    assert parse_line(f"2026-02-28 09:33 {dash} Begun.")[3] == "Begun."


def test_a_stamp_without_offset_is_local_time_and_says_so() -> None:
    line = parse_line("2026-02-28 09:33 - Begun.")
    assert line.naive
    assert line.stamp == datetime(2026, 2, 28, 9, 33).timestamp()  # noqa: DTZ001 - local time is what is meant


@pytest.mark.parametrize(
    ("text", "stamped", "sentence"),
    [
        ("Just a sentence.", False, "Just a sentence."),
        ("2026-02-31 09:33 - There is no such day.", False, "2026-02-31 09:33 - There is no such day."),
        ("2026-02-28 25:33 - No such hour.", False, "2026-02-28 25:33 - No such hour."),
        ("2026-02-28T09:33Z — ISO.", True, "ISO."),
        ("2026-02-28 09:33 UTC - Zone by name.", True, "Zone by name."),
        ("2026-02-28 09:33:10.123+0100 - Fraction.", True, "Fraction."),
        ("- [2026-02-28 09:33] A list item.", True, "A list item."),
        ("2026-02-28 09:33", True, ""),
        ("0001-01-01 00:00 - Before time.", False, "0001-01-01 00:00 - Before time."),
        ("2026-02-28 09:33+99:00 - No such zone.", False, "2026-02-28 09:33+99:00 - No such zone."),
        ("", False, ""),
    ],
)
def test_what_is_not_there_stays_empty(text: str, stamped: bool, sentence: str) -> None:
    line = parse_line(text)
    assert (line.stamp is not None, line.sentence) == (stamped, sentence)


def test_a_count_of_outputs_needs_no_stamp_and_has_an_end() -> None:
    assert parse_line("[outputs 7] Done with it.")[2:4] == (7, "Done with it.")
    assert parse_line("[Output: 99999999999999] Many.").outputs == 1_000_000_000


@given(st.text(max_size=300))
def test_any_text_is_parsed_without_an_error(text: str) -> None:
    line = parse_line(text)
    assert line.sentence == line.sentence.strip()


@given(
    st.text(max_size=200),
    st.one_of(st.none(), st.integers(0, 10**9)),
    st.floats(0, 4_000_000_000, allow_nan=False),
)
def test_what_append_writes_is_read_back(text: str, outputs: int | None, wall: float) -> None:
    try:
        written = format_line(text, outputs, wall)
    except UsageError:
        return  # nothing visible was said
    line = parse_line(written)
    assert line.stamp == int(wall)
    assert not line.naive
    if outputs is not None:
        assert line.outputs == outputs
    assert len(written.splitlines()) == 1
    assert written.isprintable()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Etc/GMT+12"])
@pytest.mark.parametrize("wall", [0.0, 1_772_270_000.0, 1_774_746_000.0, 1_792_890_000.0, 4_102_444_800.0])
def test_a_written_stamp_means_the_same_moment_everywhere(
    zone: str, wall: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        written = format_line("Here.", None, wall)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert parse_line(written).stamp == wall


@pytest.mark.parametrize(
    "text", ["one\ntwo", "one\r\ntwo", "one\rtwo", "one\u2028two", "one\u2029two", "one\x85two", "one\x0btwo"]
)
def test_a_newline_in_the_text_cannot_make_a_second_line(agent: AgentDir, text: str) -> None:
    append(agent, text, None, 0.0)
    assert len(agent.progress.read_bytes().splitlines()) == 1
    assert [sentence.split() for sentence in sentences(agent)] == [["one", "two"]]


def test_appending_heals_a_line_that_was_cut(agent: AgentDir) -> None:
    agent.progress.write_bytes(b"2026-02-28 09:33 - Cut in the mid")
    append(agent, "Next.", 2, 1_772_270_000.0)
    assert sentences(agent) == ["Cut in the mid", "Next."]


@pytest.mark.parametrize("text", ["", "  \n ", "\x1b[2J", "\u200b"])
def test_saying_nothing_is_a_wrong_call(agent: AgentDir, text: str) -> None:
    with pytest.raises(UsageError):
        append(agent, text, None, 0.0)
    assert not agent.progress.exists()


@pytest.mark.parametrize("outputs", [-1, 10**12])
def test_a_count_that_cannot_be_is_a_wrong_call(agent: AgentDir, outputs: int) -> None:
    with pytest.raises(UsageError):
        append(agent, "Text.", outputs, 0.0)


def test_appending_through_a_link_is_refused(agent: AgentDir, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    agent.progress.symlink_to(victim)
    with pytest.raises(Unreadable):
        append(agent, "Text.", None, 0.0)
    assert victim.read_bytes() == b"precious"


def test_an_absent_file_is_no_error(agent: AgentDir) -> None:
    progress = read_progress(agent)
    assert (progress.lines, progress.fingerprint, progress.error) == ((), None, "")


def test_the_last_lines_are_kept_oldest_first(agent: AgentDir) -> None:
    agent.progress.write_text("".join(f"Line {n}.\n\n" for n in range(MAX_LINES + 10)))
    found = sentences(agent)
    assert len(found) == MAX_LINES
    assert (found[0], found[-1]) == ("Line 10.", f"Line {MAX_LINES + 9}.")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbf2026-02-28 09:33 - With a BOM.\n", ["With a BOM."]),
        (b"2026-02-28 09:33 - One.\r\n2026-02-28 09:34 - Two.\r\n", ["One.", "Two."]),
        (b"2026-02-28 09:33 - No last newline.", ["No last newline."]),
        (b"2026-02-28 09:33 - Nul\x00here.\n", ["Nulhere."]),
        (b"2026-02-28 09:33 - Bad \xff\xfe bytes.\n", ["Bad \ufffd\ufffd bytes."]),
        (b"\n" * 1_000_000, []),
        (b"", []),
    ],
    ids=["bom", "crlf", "no-newline", "nul", "bad-bytes", "newlines-only", "empty"],
)
def test_odd_bytes_are_shown_with_replacements(agent: AgentDir, data: bytes, expected: list[str]) -> None:
    agent.progress.write_bytes(data)
    assert sentences(agent) == expected


def test_utf_16_is_told_apart_from_silence(agent: AgentDir) -> None:
    agent.progress.write_bytes("2026-02-28 09:33 - Sixteen bits.\n".encode("utf-16"))
    progress = read_progress(agent)
    assert progress.fingerprint is not None
    assert "Sixteen bits." in sentences(agent)[0]


def test_only_the_tail_of_a_huge_file_is_read(agent: AgentDir) -> None:
    with agent.progress.open("wb") as file:
        file.truncate(5 * 1024**3)
        file.seek(0, os.SEEK_END)
        file.write(b"\n2026-02-28 09:33 - At the end.\n")
    progress = read_progress(agent)
    assert [line.sentence for line in progress.lines] == ["At the end."]
    assert progress.fingerprint is not None
    assert progress.fingerprint.size > 5 * 1024**3


def test_one_endless_line_is_cut(agent: AgentDir) -> None:
    with agent.progress.open("wb") as file:
        file.truncate(200 * 1024**2)  # NULs, all of it one line
        file.seek(0, os.SEEK_END)
        file.write(b"x" * 70_000)
    (found,) = sentences(agent)
    assert len(found) <= MAX_CHARS


@pytest.mark.parametrize("kind", ODD_KINDS)
def test_what_is_no_file_is_said_and_not_waited_for(agent: AgentDir, kind: str) -> None:
    make_odd(agent.progress, kind)
    progress = read_progress(agent)
    assert progress.error.startswith("is a ")
    assert not progress.lines


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(agent: AgentDir) -> None:
    agent.progress.write_text("Secret.\n")
    agent.progress.chmod(0)
    assert read_progress(agent).error == "permission denied"


def test_lines_as_written_stand_beside_those_that_are_shown(agent: AgentDir) -> None:
    agent.progress.write_text("2026-02-28 09:33 - Fine.\n2026-02-28 09:34 - \x1b]52;c;aGk=\x07Hidden\n")
    progress, written = examine_progress(agent)
    assert [line.sentence for line in progress.lines] == ["Fine.", "Hidden"]
    assert written[1] == "2026-02-28 09:34 - \x1b]52;c;aGk=\x07Hidden"


def test_a_line_that_is_too_long_says_how_much_more_there_was(tmp_path: Path) -> None:
    agent = AgentDir(tmp_path)
    line = append(agent, "word " * 8000, 3, 0.0)
    assert line.endswith("… 37 KB more")
    assert agent.progress.read_text() == line + "\n"
