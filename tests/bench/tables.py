"""The tables that figures make: each against its aim and yardstick, and how cost grows with the number of agents."""

from collections.abc import Sequence

from tests.bench.figures import Figure, quantile


def table(figures: Sequence[Figure]) -> str:
    """The figures, a line each; below them, why aims are missed."""
    rows: list[tuple[str, ...]] = [("what", "measured", "aim", "yardstick", "ratio", "", "n: min / p50 / p99")]
    rows += [_cells(figure) for figure in figures]
    lines = columns(rows, left=(0, 3, 5, 6))
    missed = [figure for figure in figures if figure.met is False]
    if missed:
        lines += ["", "Missed:"]
        lines += [f"  {figure.what}: {figure.reason or 'no reason is known; it may be the load.'}" for figure in missed]
    return "\n".join(lines)


def growth(figures: Sequence[Figure]) -> str:
    """How cost grows, in Markdown: a line for each number of agents, the whole and a single agent's part of it."""
    placed = {figure.growth: figure for figure in figures if figure.growth is not None}
    kinds = list(dict.fromkeys(place.of for place in placed))
    lines = ["| agents | " + " | ".join(kinds) + " |", "| ---: |" + " ---: |" * len(kinds)]
    for agents in dict.fromkeys(place.agents for place in placed):
        found = {place.of: figure for place, figure in placed.items() if place.agents == agents}
        lines.append(f"| {agents:,} | " + " | ".join(_part(found.get(kind), agents) for kind in kinds) + " |")
    return "\n".join(lines) if placed else ""


def columns(rows: Sequence[Sequence[str]], *, left: Sequence[int]) -> list[str]:
    """Rows of one width, the first underlined; all columns but those of `left` stand to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return lines


def number(value: float | None) -> str:
    """A value with as many digits as say something."""
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _cells(figure: Figure) -> tuple[str, ...]:
    aim = "" if figure.aim is None else f"{figure.aim:g}x" if figure.aim_is_ratio else f"{figure.aim:g} {figure.unit}"
    yard = f"{number(figure.yard)} {figure.unit}  {figure.yardstick}" if figure.yard is not None else ""
    ratio = f"{figure.ratio:.2f}x" if figure.ratio is not None else ""
    said = {True: "met", False: "MISSED", None: ""}[figure.met]
    return figure.what, f"{number(figure.value)} {figure.unit}", aim, yard, ratio, said, _spread(figure)


def _spread(figure: Figure) -> str:
    """How many samples, and how far they lie apart."""
    if not figure.ours:
        return f"{figure.samples}" if figure.samples > 1 else ""
    ends = (min(figure.ours), quantile(figure.ours, 0.5), quantile(figure.ours, 0.99))
    return f"{figure.samples}: " + " / ".join(map(number, ends))


def _part(figure: Figure | None, agents: int) -> str:
    if figure is None:
        return ""
    finer, factor = {"ms": ("us", 1000.0), "MiB": ("KiB", 1024.0)}[figure.unit]
    base = figure.growth.base if figure.growth is not None else 0.0
    each = max(0.0, figure.value - base) * factor / agents
    return f"{number(figure.value)} {figure.unit}, {number(each)} {finer} each"
