"""Counts what was found, missed and falsely accused, by failure, and prints it as a table."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.campaign.case import FAILURES, Finding, Floor


class Tally(NamedTuple):
    """The findings of one failure, or of all."""

    planted: int
    found: int
    honest: int
    false: int

    @property
    def missed(self) -> int:
        """Planted cases of which nothing, or something else, was said."""
        return self.planted - self.found

    @property
    def recall(self) -> float:
        """The share of planted cases that were found; 1 where none was planted."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """The share of what was said that is right; 1 where nothing was said."""
        said = self.found + self.false
        return self.found / said if said else 1.0

    @property
    def accused(self) -> float:
        """The share of honest cases of which something was said; 0 where there are none."""
        return self.false / self.honest if self.honest else 0.0

    def reaches(self, floor: Floor) -> bool:
        """Whether enough was found, and few enough were accused."""
        return self.recall >= floor.found and self.accused <= floor.false


def tally(findings: Sequence[Finding]) -> Tally:
    """Counts the findings."""
    planted = [each for each in findings if each.planted]
    honest = [each for each in findings if not each.planted]
    return Tally(
        len(planted), sum(each.is_right for each in planted), len(honest), sum(not each.is_right for each in honest)
    )


def table(findings: Sequence[Finding]) -> list[str]:
    """One line for each failure, one for all, and one for each case that was judged wrongly."""
    width = max(map(len, FAILURES.values()))
    lines = [f"    {'':{width}}  planted  found  missed  honest  false alarms"]
    for failure, what in FAILURES.items():
        lines.append(_row(f"{failure:>2}  {what:{width}}", [each for each in findings if each.failure == failure]))
    lines.append(_row(f"    {'all':{width}}", findings))
    for each in sorted(findings):
        if not each.is_right:
            lines.append(f"{'missed' if each.planted else 'false alarm'} {each.words()}")
    return lines


def _row(lead: str, findings: Sequence[Finding]) -> str:
    counted = tally(findings)
    return f"{lead}  {counted.planted:7}  {counted.found:5}  {counted.missed:6}  {counted.honest:6}  {counted.false:12}"
