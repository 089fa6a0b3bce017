"""What a bench finds: figures with their aims and yardsticks, and the table and the JSON that they make."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. Ratios are to a yardstick that was measured in the same run, turn and turn about."""

    what: str
    value: float
    unit: str
    aim: float | None = None
    """The most it may be (the least, where `more_is_better`); None where it stands for comparison only."""
    yardstick: str = ""
    yard: float | None = None
    """The yardstick's value, in the same unit."""
    aim_is_ratio: bool = False
    """The aim is a multiple of the yardstick."""
    more_is_better: bool = False
    samples: int = 1

    @property
    def ratio(self) -> float | None:
        return self.value / self.yard if self.yard else None

    @property
    def met(self) -> bool | None:
        """Whether it reaches its aim; None where it has none."""
        compared = self.ratio if self.aim_is_ratio else self.value
        if self.aim is None or compared is None:
            return None
        return compared >= self.aim if self.more_is_better else compared <= self.aim


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 1).__int__() - 1))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """The figures, a line each."""
    rows: list[tuple[str, ...]] = [("what", "measured", "aim", "yardstick", "ratio", "")]
    rows += [_cells(figure) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in (0, 3, 5) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    aim = "" if figure.aim is None else f"{figure.aim:g}x" if figure.aim_is_ratio else f"{figure.aim:g} {figure.unit}"
    yard = f"{_number(figure.yard)} {figure.unit}  {figure.yardstick}" if figure.yard is not None else ""
    ratio = f"{figure.ratio:.2f}x" if figure.ratio is not None else ""
    said = {True: "met", False: "MISSED", None: ""}[figure.met]
    return figure.what, f"{_number(figure.value)} {figure.unit}", aim, yard, ratio, said


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def machine() -> dict[str, object]:
    """What it was measured on, and how busy that was."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = (line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line)
        model = next(names, "")
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": model or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def write_json(path: Path, figures: Sequence[Figure], before: dict[str, object]) -> None:
    """bench.json: the machine, and every figure with ratio and verdict."""
    rows = [{**asdict(figure), "ratio": figure.ratio, "met": figure.met} for figure in figures]
    document = {"machine": before, "load_after": round(os.getloadavg()[0], 2), "argv": sys.argv[1:], "figures": rows}
    path.write_text(json.dumps(document, indent=1) + "\n")
