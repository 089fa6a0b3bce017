"""A run is held against an earlier one: what differs by more than the noise of both is better or worse."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.against import Verdict, compare, earlier
from tests.bench.figures import Figure
from tests.bench.runs import SCHEMA, BadRuns, Run, Runs, append, read

STEADY = (10.0, 10.1, 9.9, 10.2, 9.8, 10.0)
JUMPY = (6.0, 14.0, 10.0, 8.0, 12.0, 10.0)


def verdict(before: Figure, now: Figure) -> Verdict:
    return compare({before.what: before}, [now])[0].verdict


def ms(*samples: float, share: float = 0.5) -> Figure:
    return Figure.of("keys", samples, "ms", share=share)


def test_a_value_beyond_the_noise_of_both_runs_is_better_or_worse() -> None:
    twice = [2 * value for value in STEADY]
    assert verdict(ms(*STEADY), ms(*twice)) is Verdict.WORSE
    assert verdict(ms(*twice), ms(*STEADY)) is Verdict.BETTER


def test_a_value_within_the_noise_of_either_run_is_as_before() -> None:
    more = [value + 2 for value in STEADY]
    assert verdict(ms(*JUMPY), ms(*more)) is Verdict.SAME
    assert verdict(ms(*more), ms(*JUMPY)) is Verdict.SAME


def test_more_is_worse_except_where_more_is_better() -> None:
    before, now = (Figure("commits", value, "/s", more_is_better=True) for value in (50.0, 100.0))
    assert verdict(before, now) is Verdict.BETTER
    assert verdict(now, before) is Verdict.WORSE


def test_a_single_value_must_differ_by_more_than_ten_per_cent_to_each_side() -> None:
    assert verdict(Figure("memory", 50.0, "MiB"), Figure("memory", 59.0, "MiB")) is Verdict.SAME
    assert verdict(Figure("memory", 50.0, "MiB"), Figure("memory", 65.0, "MiB")) is Verdict.WORSE


def test_what_is_counted_has_no_noise() -> None:
    before, now = (Figure("ways", value, "files", counted=True) for value in (40.0, 41.0))
    assert verdict(before, now) is Verdict.WORSE
    assert verdict(before, before) is Verdict.SAME


def test_ratios_are_compared_where_the_aim_is_one_so_that_a_slow_machine_is_no_worse() -> None:
    slow = [3 * value for value in STEADY]
    before = Figure.of("start", STEADY, "ms", 2.0, "bare", STEADY, aim_is_ratio=True)
    busy = Figure.of("start", slow, "ms", 2.0, "bare", slow, aim_is_ratio=True)
    worse = Figure.of("start", slow, "ms", 2.0, "bare", STEADY, aim_is_ratio=True)
    assert verdict(before, busy) is Verdict.SAME
    assert verdict(before, worse) is Verdict.WORSE


def test_a_row_that_was_not_there_is_new_and_one_whose_unit_changed_too() -> None:
    assert compare({}, [ms(*STEADY)])[0].verdict is Verdict.NEW
    assert verdict(Figure("keys", 1.0, "s"), ms(*STEADY)) is Verdict.NEW


def test_what_was_nothing_has_no_ratio_and_is_worse_when_it_is_something() -> None:
    (row,) = compare({"lost": Figure("lost", 0.0, "", counted=True)}, [Figure("lost", 3.0, "", counted=True)])
    assert (row.ratio, row.verdict) == (None, Verdict.WORSE)


def a_run(commit: str, *figures: Figure) -> Run:
    return Run(commit, "2026-02-28T09:41:00+00:00", {}, (), figures)


def test_the_newest_figure_of_each_row_stands_for_before() -> None:
    runs = [a_run("aaa", Figure("one", 1.0, "s"), Figure("two", 1.0, "s")), a_run("bbb", Figure("two", 2.0, "s"))]
    assert {what: figure.value for what, figure in earlier(runs, None).items()} == {"one": 1.0, "two": 2.0}


def test_a_commit_is_named_by_its_beginning_and_a_changed_tree_by_its_sign() -> None:
    runs = [a_run("aab", Figure("one", 1.0, "s")), a_run("aab+", Figure("one", 2.0, "s")), a_run("acc")]
    assert earlier(runs, "aa")["one"].value == 1.0
    assert earlier(runs, "aa+")["one"].value == 2.0
    with pytest.raises(BadRuns, match="aab, acc"):
        earlier(runs, "a")
    with pytest.raises(BadRuns, match=r"no run of commit 'f'.*aab of 2026"):
        earlier(runs, "f")
    with pytest.raises(BadRuns, match="no run in it"):
        earlier([], None)


Measure = Callable[..., int]


@pytest.fixture
def measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Measure:
    """Runs the bench with one row that takes as long as it is told."""
    monkeypatch.setattr(bench, "_compile", lambda: None)

    def run(took: float, *words: str) -> int:
        figures = [Figure("told", took, "ms", 100.0)]
        monkeypatch.setattr(bench, "BENCHES", (bench.Bench("told", "", (), lambda *_: figures),))
        return bench.main(["told", "--json", str(tmp_path / "bench.json"), *words])

    return run


def test_a_run_is_compared_with_those_of_the_same_file_and_added_to_them(
    measure: Measure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bench.json"
    append(path, Runs(SCHEMA), a_run("aaa", Figure("told", 10.0, "ms")))
    assert measure(20.0, "--against", str(path)) == 1
    assert "10.0 ms  20.0 ms  2.00x  WORSE" in capsys.readouterr().out
    assert measure(5.0, "--against", str(path), "--commit", "aaa") == 0
    assert "0.50x  better" in capsys.readouterr().out
    assert [run.figures[0].value for run in read(path).runs] == [10.0, 20.0, 5.0]


def test_aims_decide_the_exit_status_only_where_nothing_is_compared(measure: Measure, tmp_path: Path) -> None:
    assert measure(99.0) == 0
    assert measure(101.0) == 1
    assert measure(102.0, "--against", str(tmp_path / "bench.json")) == 0


@pytest.mark.parametrize("option", ["--against", "--json"])
def test_nothing_is_measured_where_a_file_cannot_be_read(
    measure: Measure, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    (tmp_path / "other.json").write_text('{"some": "thing"}')
    assert measure(1.0, option, str(tmp_path / "other.json")) == 2
    assert "other.json: it is damaged, or no file of the bench" in capsys.readouterr().err
    assert (tmp_path / "other.json").read_text() == '{"some": "thing"}'
    assert not (tmp_path / "bench.json").exists()
