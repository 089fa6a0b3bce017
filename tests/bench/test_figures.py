"""A figure is made of its samples, held against its aim, and shown with the reason where it misses it."""

from tests.bench.figures import Figure, Growth
from tests.bench.tables import growth, table


def test_a_figure_keeps_every_sample_of_both_sides() -> None:
    figure = Figure.of("start", [3.0, 1.0, 2.0], "ms", 2.0, "bare", [1.0, 1.0, 4.0], aim_is_ratio=True)
    assert (figure.value, figure.yard, figure.ratio) == (2.0, 1.0, 2.0)
    assert (figure.samples, figure.ours, figure.theirs) == (3, (3.0, 1.0, 2.0), (1.0, 1.0, 4.0))
    assert figure.met


def test_the_slow_end_of_a_hundred_is_the_ninety_ninth() -> None:
    assert Figure.of("keys", [float(n) for n in range(1, 101)], "ms", share=0.99).value == 99.0


def test_the_table_shows_how_many_samples_there_are_and_how_far_they_lie_apart() -> None:
    line = table([Figure.of("keys", [4.0, 2.0, 9.0], "ms", 5.0)]).splitlines()[2]
    assert line.split("  ")[-1] == "3: 2.00 / 4.00 / 9.00"
    assert "met" in line


def test_a_missed_aim_is_explained_below_the_table_and_a_met_one_is_not() -> None:
    slow = Figure("slow", 9.0, "ms", 5.0, reason="A thousand names are made.")
    shown = table([slow, Figure("quick", 1.0, "ms", 5.0, reason="It never is.")])
    assert "MISSED" in shown
    assert "slow: A thousand names are made." in shown
    assert "It never is." not in shown


def test_a_missed_aim_without_a_reason_says_so() -> None:
    assert "slow: no reason is known" in table([Figure("slow", 9.0, "ms", 5.0)])


def test_the_table_of_growth_names_the_whole_and_the_part_of_one_agent() -> None:
    figures = [
        Figure("scan, 10 agents", 2.0, "ms", growth=Growth("scan", 10)),
        Figure("memory, 10 agents", 5.0, "MiB", growth=Growth("memory", 10, 3.0)),
        Figure("scan, 1,000 agents", 100.0, "ms", growth=Growth("scan", 1_000)),
        Figure("something else", 1.0, "ms"),
    ]
    assert growth(figures).splitlines() == [
        "| agents | scan | memory |",
        "| ---: | ---: | ---: |",
        "| 10 | 2.00 ms, 200 us each | 5.00 MiB, 205 KiB each |",
        "| 1,000 | 100 ms, 100 us each |  |",
    ]
