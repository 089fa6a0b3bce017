"""Carries the findings of the campaign from the workers of a run to the end of its report."""

from collections.abc import Iterable

from _pytest.reports import TestReport

from tests.campaign.case import Finding
from tests.campaign.tally import table

PROPERTY = "campaign"


def lines_of(reports: Iterable[object]) -> list[str]:
    """The table of the findings that these reports carry; [] where none does."""
    findings = [
        Finding(*values)
        for report in reports
        if isinstance(report, TestReport)
        for name, found in report.user_properties
        if name == PROPERTY and isinstance(found, list)
        for values in found
    ]
    return table(findings) if findings else []
