"""Following a program's output: every line once and whole, in parts, over cuts and replacements, in bounded memory."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.model.activity import Activity, ActivityState, Kind, Reader
from swarm.programs.fold import EMPTY, fold
from swarm.programs.follower import LINE_BYTES, PART_BYTES, Follower
from tests.support.recordings import lines_of, mark, read, reader_named

WALL = 1_900_000_000.0
"""Later than any time in a recording, and than the files made here."""


class Echo:
    """A reader for tests: every line is a text, and an error where it is none."""

    def feed(self, line: bytes) -> list[Activity]:
        return [Activity(Kind.TEXT, text=line.decode("utf-8", "replace"))] if line else []


def claude() -> Reader:
    return reader_named("claude_success")


def texts(found: Iterable[tuple[Activity, float]]) -> list[str]:
    return [activity.text for activity, _ in found]


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "stdout"


def test_what_comes_is_given_once_and_only_in_whole_lines(output: Path) -> None:
    follower = Follower(output, Echo)
    assert follower.look(WALL) == []
    add(output, b"one\ntw")
    assert texts(follower.look(WALL)) == ["one"]
    assert follower.look(WALL) == []
    add(output, b"o\nthree\n")
    assert texts(follower.look(WALL)) == ["two", "three"]
    assert follower.activity.last_text == "three"


def test_nothing_is_read_while_nothing_has_grown(output: Path) -> None:
    follower = Follower(output, Echo)
    seen = [follower.grown()]
    for line in (b"one\n", b"two\n"):
        add(output, line)
        seen.append(follower.grown())
        follower.look(WALL)
        seen.append(follower.grown())
    assert seen == [False, True, False, True, False]


def test_a_long_output_is_read_in_parts_and_is_behind_until_its_end(output: Path) -> None:
    add(output, b"x" * 99 + b"\n")
    add(output, (b"y" * 99 + b"\n") * 40)
    follower = Follower(output, Echo)
    found = texts(follower.look(WALL, 1000))
    assert follower.behind == 4100 - 1000
    reached = [follower.caught_up]
    while follower.behind:
        found += texts(follower.look(WALL, 1000))
        reached.append(follower.caught_up)
    assert reached == [False, False, False, False, True]
    assert found == ["x" * 99, *(["y" * 99] * 40)]


def test_having_caught_up_once_is_kept_while_more_comes(output: Path) -> None:
    add(output, b"one\n")
    follower = Follower(output, Echo)
    follower.look(WALL)
    add(output, b"x" * 5000)
    follower.look(WALL, 1000)
    assert follower.behind
    assert follower.caught_up


@pytest.mark.parametrize("replace", [False, True], ids=["cut", "replaced"])
def test_a_file_that_was_cut_or_replaced_is_read_anew(output: Path, replace: bool) -> None:
    made: list[Echo] = []

    def new_reader() -> Echo:
        made.append(Echo())
        return made[-1]

    add(output, b"one\ntwo\nhal")
    follower = Follower(output, new_reader)
    follower.look(WALL)
    readers = len(made)
    if replace:
        other = output.with_name("other")
        other.write_bytes(b"a longer file than the first one was\n")
        other.replace(output)
    else:
        output.write_bytes(b"new\n")
    assert len(texts(follower.look(WALL))) == 1
    assert follower.activity.last_text in ("new", "a longer file than the first one was")
    assert len(made) > readers


def test_a_file_that_is_gone_leaves_what_was_known(output: Path) -> None:
    add(output, b"one\n")
    follower = Follower(output, Echo)
    follower.look(WALL)
    output.unlink()
    assert not follower.grown()
    assert follower.look(WALL) == []
    assert follower.activity.last_text == "one"


@pytest.mark.parametrize("kind", ["link", "fifo", "directory"])
def test_what_is_no_plain_file_is_never_read_and_the_reason_is_told(output: Path, tmp_path: Path, kind: str) -> None:
    if kind == "link":
        (tmp_path / "secret").write_text("secret\n")
        output.symlink_to(tmp_path / "secret")
    elif kind == "fifo":
        os.mkfifo(output)
    else:
        output.mkdir()
    follower = Follower(output, Echo)
    assert follower.look(WALL) == []
    assert follower.error
    assert follower.activity == EMPTY


def test_of_an_endless_line_the_head_is_kept_and_no_more(output: Path) -> None:
    add(output, b"z" * (3 * LINE_BYTES) + b"\nnext\n")
    follower = Follower(output, Echo)
    found = texts(follower.look(WALL))
    assert [len(text) for text in found] == [LINE_BYTES, 4]


def test_a_tool_whose_result_is_endless_is_closed_all_the_same(output: Path) -> None:
    opened = {
        "type": "assistant",
        "message": {"id": "m", "content": [{"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}]},
    }
    closed = (
        b'{"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_1","type":"tool_result","content":"'
    )
    add(output, json.dumps(opened).encode() + b"\n")
    follower = Follower(output, claude)
    follower.look(WALL)
    assert [tool.key for tool in follower.activity.open_tools] == ["toolu_1"]
    add(output, closed + b"x" * (2 * LINE_BYTES) + b'"}]}}\n')
    follower.look(WALL)
    assert follower.activity.open_tools == ()


def test_what_lay_there_before_is_no_younger_than_its_file(output: Path) -> None:
    add(output, b"one\n")
    os.utime(output, (WALL - 3600, WALL - 3600))
    follower = Follower(output, Echo)
    assert follower.look(WALL) == [(Activity(Kind.TEXT, text="one"), WALL - 3600)]
    assert follower.activity.last_at == WALL - 3600


def test_a_file_of_the_future_is_as_old_as_the_look(output: Path) -> None:
    add(output, b"one\n")
    os.utime(output, (WALL + 3600, WALL + 3600))
    follower = Follower(output, Echo)
    follower.look(WALL)
    assert follower.activity.last_at == WALL


RECORDED = ("claude_success", "claude_subagents_nested", "claude_error_529", "codex_success", "opencode_success")


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_comes_to_the_same_however_it_is_cut_into_looks(output: Path, name: str) -> None:
    data = b"\n".join([mark(), *lines_of(name)]) + b"\n"
    whole, parts = Follower(output, lambda: reader_named(name)), Follower(output, lambda: reader_named(name))
    add(output, data[: len(data) // 3])
    parts.look(WALL, 700)
    add(output, data[len(data) // 3 :])
    os.utime(output, (WALL, WALL))
    whole.look(WALL)
    while parts.grown():
        parts.look(WALL, 1777)
    one, other = whole.activity, parts.activity
    assert (one.tokens, one.cost_usd, one.turn_end, one.subagents) == (
        *(other.tokens, other.cost_usd, other.turn_end, other.subagents),
    )
    assert (one.runs, one.turns, one.denied, one.session) == (1, other.turns, other.denied, other.session)
    assert one.tokens == _folded(read(reader_named(name), [mark(), *lines_of(name)])).tokens


def _folded(activities: Iterable[Activity]) -> ActivityState:
    state = EMPTY
    for activity in activities:
        state = fold(state, activity, WALL)
    return state


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.binary(max_size=40), st.integers(1, 50)), max_size=12))
def test_any_bytes_in_any_pieces_give_their_lines(tmp_path: Path, pieces: list[tuple[bytes, int]]) -> None:
    output = tmp_path / "stdout"
    output.unlink(missing_ok=True)
    output.touch()
    follower = Follower(output, Echo)
    found: list[str] = []
    for piece, budget in pieces:
        add(output, piece)
        found += texts(follower.look(WALL, budget))
    while follower.grown():
        found += texts(follower.look(WALL, PART_BYTES))
    *lines, _ = b"".join(piece for piece, _ in pieces).split(b"\n")
    assert found == [line.decode("utf-8", "replace") for line in lines if line]
