"""What a study holds that a statement can be checked against, read once for all checks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from bantar_lib.audit.figures import BETWEEN, PrintedTable, nearest, printed_tables
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import current_language, room_words

_ = room_words("audit")


@dataclass(frozen=True)
class Facts:
    """The tables of one study, as the checks ask for them.

    What a check asks for and the study does not have raises a :class:`UserError` that says what
    there is; :func:`audit_claims` adds the claim.
    """

    study: Study

    @cached_property
    def districts(self) -> pd.DataFrame:
        """One row a district."""
        return self.study.districts

    @cached_property
    def counts(self) -> pd.DataFrame:
        """One row a district, year, stage and source."""
        return self.study.counts

    @cached_property
    def published(self) -> list[PrintedTable]:
        """The published tables."""
        return printed_tables(self.study)

    @cached_property
    def stated(self) -> dict[str, str]:
        """What each claim states, by its id."""
        claims = self.study.table("claims")
        return dict(zip(claims["claim_id"], claims["stated"], strict=True))

    def district(self, name: str) -> pd.Series:
        """Return the row of the district called `name` (or with that code)."""
        try:
            return self.study.district(name)
        except (KeyError, ValueError) as error:
            known = nearest(name, list(self.districts["name"]))
            raise UserError(
                _("there is no district {name!r}; there are {known}", name=name, known=known)
            ) from error

    def table(self, name: str) -> PrintedTable:
        """Return the published table of that name, or the one table of that source."""
        found = [t for t in self.published if name in (t.name, t.source_id)]
        if len(found) == 1:
            return found[0]
        known = nearest(name, [t.name for t in self.published])
        if found:
            raise UserError(
                _(
                    "several tables go by the name {name!r}; use a number or source that only "
                    "one of them has",
                    name=name,
                )
            )
        raise UserError(
            _("there is no published table {name!r}; there are {known}", name=name, known=known)
        )

    def cells(self, table: PrintedTable, row: str, columns: list[str]) -> list[tuple[str, float]]:
        """Return printed text and number of some cells of one row."""
        names = table.rows["row"].str.casefold()
        at = table.rows.index[(names == row.casefold()) | (table.rows["district_id"] == row)]
        if at.empty:
            known = nearest(row, list(table.rows["row"]))
            raise UserError(
                _(
                    "table {table} has no row {row!r}; it has {known}",
                    table=table.name,
                    row=row,
                    known=known,
                )
            )
        return [
            (str(table.text.loc[at[0], c] or ""), float(table.values.loc[at[0], c]))
            for c in (table.column(c) for c in columns)
        ]

    def stage(self, stage: str) -> str:
        """Return a stage's label in the current language."""
        labels = {s.id: s.label[current_language()] for s in self.study.stages}
        return labels.get(stage, stage)

    def heading(self, column: str, table: PrintedTable | None = None) -> str:
        """Return the name, in the current language, of a column of a table."""
        stage, dated, year = (table.meaning[column] if table else column).partition(BETWEEN)
        if dated:
            return f"{self.stage(stage)} {year}".strip()
        names = {
            "units": self.study.text("unit", current_language()),
            "subdistricts": _("sub-districts"),
            "facilitators": _("facilitators"),
            "total": _("total"),
            "percent": _("percentage"),
        }
        return names.get(column, column)
