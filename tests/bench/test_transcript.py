"""The row of the transcript measures what it says: our reader finds in it what was written."""

from pathlib import Path

from tests.bench.transcript import OURS, YARDSTICK, _run, _write


def test_a_transcript_is_read_to_its_sum_by_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "stdout"
    turns, output = _write(path, 1)
    _, grown, tokens, ended = _run(OURS, path)
    assert (tokens, ended) == (output, turns)
    assert grown >= 0
    assert len(_run(YARDSTICK, path)) == 1
