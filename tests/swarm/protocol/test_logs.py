"""Following output that grows, floods, is cut or replaced."""

from pathlib import Path

from swarm.protocol.logs import LogTail


def test_the_first_look_gives_the_last_lines_and_the_next_only_new_ones(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    log.write_text("one\ntwo\n")
    tail = LogTail(log)
    assert tail.read().lines == ("one", "two")
    assert tail.read().lines == ()
    with log.open("a") as file:
        file.write("three\nfo")
    assert tail.read().lines == ("three",)
    assert tail.rest() == "fo"
    with log.open("a") as file:
        file.write("ur\n")
    assert tail.read().lines == ("four",)


def test_a_file_that_is_not_there_yet_is_no_error(tmp_path: Path) -> None:
    tail = LogTail(tmp_path / "stdout")
    assert tail.read().lines == ()
    (tmp_path / "stdout").write_text("now\n")
    assert tail.read().lines == ("now",)


def test_a_flood_is_counted_and_only_its_end_is_read(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    log.write_text("start\n")
    tail = LogTail(log, window=1024)
    tail.read()
    flood = "".join(f"line {number:06}\n" for number in range(10_000))
    with log.open("a") as file:
        file.write(flood)
    chunk = tail.read()
    assert chunk.lines[-1] == "line 009999"
    assert all(line.startswith("line ") for line in chunk.lines)
    assert chunk.skipped + sum(len(line) + 1 for line in chunk.lines) == len(flood)


def test_a_cut_or_replaced_file_is_read_from_its_start_again(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    log.write_text("a long first life\n")
    tail = LogTail(log)
    tail.read()
    log.write_text("cut\n")
    chunk = tail.read()
    assert (chunk.restarted, chunk.lines) == (True, ("cut",))
    other = tmp_path / "other"
    other.write_text("replaced\n")
    other.rename(log)
    chunk = tail.read()
    assert (chunk.restarted, chunk.lines) == (True, ("replaced",))


def test_lines_are_safe_for_a_terminal(tmp_path: Path) -> None:
    log = tmp_path / "stdout"
    log.write_bytes(b"\x1b[31mred\x1b]52;c;x\x07\xff\n")
    (line,) = LogTail(log).read().lines
    assert "\x1b" not in line
    assert "\x07" not in line
    assert "red" in line


def test_the_lines_before_a_place_are_those_that_stand_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"".join(b"line %d\n" % number for number in range(200_000)))
    tail = LogTail(path)
    found = tail.read()
    lines, place = list(found.lines), found.places[0]
    while place:
        found = tail.before(place)
        lines[:0], place = found.lines, found.places[0]
    assert lines == [f"line {number}" for number in range(200_000)]


def test_places_are_where_lines_begin_however_they_were_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\nthr")
    tail = LogTail(path)
    assert tail.read().places == (0, 4)
    with path.open("ab") as log:
        log.write(b"ee")
    assert tail.read().places == ()
    with path.open("ab") as log:
        log.write(b"\nfour\nfi")
    assert tail.read().places == (8, 14)


def test_a_line_that_is_longer_than_is_shown_says_how_much_more_there_is(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("x" * 2_400 + "\n" + "y" * 40_000 + "\n" + "z" * 2_000 + "\n")
    long, longer, fits = LogTail(log).read().lines
    assert long == "x" * 1_999 + "… 400 characters more"
    assert longer == "y" * 1_999 + "… 37 KB more"
    assert fits == "z" * 2_000
