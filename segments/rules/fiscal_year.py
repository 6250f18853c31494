"""Fiscal years: twelve months that begin with a month of the company's choice."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class FiscalYear:
    """Its first and last day, both counted; local days."""

    first_day: date
    last_day: date

    @property
    def label(self) -> str:
        """``2025``, or ``2025/26`` where it crosses the new year."""
        first, last = self.first_day.year, self.last_day.year
        return str(first) if first == last else f"{first}/{last % 100:02}"

    def find_before(self) -> "FiscalYear":
        """The fiscal year before this one."""
        return FiscalYear(self.first_day.replace(year=self.first_day.year - 1), self.first_day - timedelta(days=1))


def find_last_fiscal_year(*, on: date, first_month: int) -> FiscalYear:
    """The last fiscal year that is complete on the evening of ``on``: its last day is ``on`` or before it."""
    tomorrow = on + timedelta(days=1)
    begins = date(tomorrow.year, first_month, 1)
    if begins > tomorrow:
        begins = begins.replace(year=begins.year - 1)
    return FiscalYear(begins.replace(year=begins.year - 1), begins - timedelta(days=1))
