"""What a shell command plainly names as written is found; whatever the command is, it is read to its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.hooks.shell_targets import targets

ENV = {"SWARM_HOME": "/h", "EMPTY": ""}


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("echo a > b", ["b"]),
        ("echo a >> b; echo c >| d", ["b", "d"]),
        ("make &> log 2>&1", ["log"]),
        ("a 2> err | b > out", ["err", "out"]),
        ("echo a>b>c", ["b", "c"]),
        ("echo '$SWARM_HOME > x' > \"$SWARM_HOME/y z\"", ["/h/y z"]),
        ("tee -a one two < three", ["one", "two"]),
        ("rm -rf -- 'a b' c\\ d", ["a b", "c d"]),
        ("FOO=1 env BAR=2 nohup rm x &", ["x"]),
        ("cp a b", ["b", "b/a"]),
        ("cp -t dir a/b", ["dir", "dir/b"]),
        ("install -m 600 --target-directory=dir a", ["dir", "dir/600", "dir/a"]),
        ("sed -n 1p file; sed -i.bak s/a/b/ file", ["s/a/b/", "file"]),
        ("dd if=a of=b bs=1", ["b"]),
        ("sh -ec 'rm inner'", ["inner"]),
        ("bash -c \"bash -c 'rm deep'\"", ["deep"]),
        ("eval rm it", ["it"]),
        ("if true; then rm x; else rm y; fi", ["x", "y"]),
        ("echo hi # > comment", []),
        ("cat <<EOF\ntext\nEOF", []),
        ("cat < in <<< word", []),
        ("[ 3 -gt 2 ] && echo ok", []),
        ("", []),
    ],
)
def test_what_is_written_is_found(command: str, named: list[str]) -> None:
    assert [target.path for target in targets(command, "/c", ENV)] == named


def test_names_are_meant_from_where_the_command_has_gone() -> None:
    assert [target.cwd for target in targets("rm a; cd d && rm b; cd /e; rm c", "/c", ENV)] == ["/c", "/c/d", "/e"]


def test_what_takes_a_whole_tree_is_said_to() -> None:
    assert [target.whole for target in targets("rm -r a; mv b c; touch d; chmod -R 0 e", "/c", ENV)] == [
        *(True, True, True, False),
        *(True, True),
    ]


@given(st.text(alphabet="rm ><&|;()'\"\\$`{}#\n\tabc-=/*~!", max_size=300))
def test_no_command_is_too_odd_to_be_read(command: str) -> None:
    for target in targets(command, "/c", ENV):
        assert isinstance(target.path, str)


@pytest.mark.parametrize("piece", ["'", '"', "\\", "$(", "> ", "((", "a\\", '"\\', "rm -t ", "sh -c '"])
def test_a_very_long_command_is_read_in_bounds(piece: str) -> None:
    assert len(targets(piece * 100_000, "/c", ENV)) <= 64 * 1024
