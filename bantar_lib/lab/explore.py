"""Looking around in a study: choose a district, years, a scenario, an indicator, and see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bantar_lib.coding import evidence
from bantar_lib.errors import UserError
from bantar_lib.measures import execution, reach
from bantar_lib.present import figures, sections, tables
from bantar_lib.present.count_figures import scenario_label
from bantar_lib.present.display import Figure, Output, Table, Text, escape_markdown, outputs
from bantar_lib.present.evidence_figures import indicator_labels
from bantar_lib.present.figure_file import KINDS, write_figure
from bantar_lib.present.shown import source_titles
from bantar_lib.study import Study
from bantar_lib.words import current_language, language, listing, number, percent, room_words

if TYPE_CHECKING:
    import ipywidgets

_ = room_words("lab")

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
_SLOTS = ("figure", "caption", "table")


@dataclass(frozen=True)
class Choice:
    """What is looked at: which view, and the choices that it may depend on."""

    view: str
    district_id: str
    years: tuple[int, ...]
    scenario: str
    indicator: str


class Explorer:
    """Controls in a notebook cell, and under them one figure and one table that follow them.

    Parameters
    ----------
    study : Study
        The study.
    district : str
        Code, name or alias of the first district shown; by default the study's focus.

    Raises
    ------
    UserError
        For an unknown district, or where the extra ``[lab]`` is not installed.

    Notes
    -----
    Figure and table are ordinary outputs of the cell: saved or rendered, the notebook shows the
    last of them without a kernel. The table can be sorted and searched while a kernel runs; its
    program comes with itables, and nothing is fetched.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> look = Explorer(load_study("kampung_bantar"), "Kota Baru")
    >>> look.view.value = "reach"
    >>> look.scenario.value = "lower_bound"
    >>> look.table().frame.shape
    (11, 4)
    """

    def __init__(self, study: Study, district: str = "") -> None:
        try:
            import ipywidgets
        except ModuleNotFoundError:
            raise UserError(
                _("The controls are not installed: pip install 'bantar_lib[lab]'")
            ) from None
        self.study, self.lang = study, current_language()
        self._widgets = ipywidgets
        first = study.district(district)["district_id"] if district else sections.focus(study)
        self._make_controls(str(first))
        self._status = ipywidgets.HTML()
        self._handles: dict[str, Any] = {}
        self._enable()
        for control in self.controls:
            control.observe(self._follow, names="value")

    # The controls

    def _make_controls(self, district: str) -> None:
        rows = self.study.districts.sort_values("name")
        names = [" ".join(str(name).split()) for name in rows["name"]]
        twice = {name for name in names if names.count(name) > 1} if len(names) < 500 else set()
        options = [
            (f"{name} ({code})" if name in twice or len(names) >= 500 else name, code)
            for name, code in zip(names, rows["district_id"], strict=True)
        ]
        years = [(str(year), year) for year in self.years]
        self.view = self._dropdown(_("Look at"), [(v.label(), k) for k, v in self._views.items()])
        self.district = self._dropdown(
            self.study.text("district", self.lang).capitalize(), options, district
        )
        self.first_year = self._dropdown(_("From year"), years, self.years[0] if years else None)
        self.last_year = self._dropdown(_("To year"), years, self.years[-1] if years else None)
        scenarios = dict.fromkeys(self._reach["scenario"])
        self.scenario = self._dropdown(
            _("Scenario"), [(scenario_label(s), s) for s in scenarios],
        )  # fmt: skip
        labels = indicator_labels(self.study.framework)
        self.indicator = self._dropdown(_("Indicator"), [(v, k) for k, v in labels.items()])

    def _dropdown(
        self, label: str, options: list[tuple[str, Any]], value: Any = None
    ) -> ipywidgets.Dropdown:
        # The description is the control's label for screen readers too.
        chosen = options[0][1] if value is None and options else value
        return self._widgets.Dropdown(
            options=options, value=chosen, description=label, tooltip=label,
            style={"description_width": "9em"}, layout={"width": "min(100%, 36em)"},
        )  # fmt: skip

    @property
    def controls(self) -> tuple[ipywidgets.Dropdown, ...]:
        """The controls, in the order in which they stand."""
        return (self.view, self.district, self.first_year, self.last_year, self.scenario,
                self.indicator)  # fmt: skip

    @cached_property
    def years(self) -> list[int]:
        """The years of which both stages that the execution rate compares are known."""
        counts = self.study.table("counts").dropna(subset=["count"])
        both = [
            set(counts.loc[counts["stage"] == stage, "year"])
            for stage in (self.study.first_stage, self.study.last_stage)
        ]
        return sorted(int(year) for year in both[0] & both[1])

    @cached_property
    def _reach(self) -> pd.DataFrame:
        return reach(self.study)

    @cached_property
    def _views(self) -> dict[str, _View]:
        views = {
            "entries": _View(lambda: _("Counts by year"), (), _entries, _counts),
            "rates": _View(lambda: _("Execution rates"), ("first_year", "last_year"), _rates,
                           _rates_table),
            "reach": _View(lambda: _("Reach"), ("scenario",), _scenarios, _scenario_table),
            "evidence": _View(lambda: _("Evidence"), ("indicator",), _bars, _segments),
        }  # fmt: skip
        if not self.years:
            del views["rates"]
        return views

    def choice(self) -> Choice:
        """Return what the controls say; years the wrong way round are put right."""
        if self.years:
            low, high = sorted((self.first_year.value, self.last_year.value))
            years = tuple(year for year in self.years if low <= year <= high)
        else:
            years = ()
        return Choice(self.view.value, self.district.value, years, self.scenario.value or "",
                      self.indicator.value or "")  # fmt: skip

    def _enable(self) -> None:
        """Let only those controls be used on which the view depends."""
        used = self._views[self.view.value].uses
        for name in ("first_year", "last_year", "scenario", "indicator"):
            getattr(self, name).disabled = name not in used

    # What is seen

    def figure(self) -> Figure | Text:
        """Return the figure for what is chosen, or a sentence where there is nothing to draw."""
        with language(self.lang):
            return self._views[self.view.value].figure(self, self.choice())

    def table(self) -> Table:
        """Return the table for what is chosen."""
        with language(self.lang):
            return self._views[self.view.value].table(self, self.choice())

    def show(self) -> None:
        """Show the controls, and the figure and the table under them."""
        from IPython.display import display

        controls = self._widgets.VBox(self.controls)
        with language(self.lang):
            plain = "; ".join(
                f"{c.description}: {c.label}" for c in self.controls if not c.disabled and c.options
            )
        display(
            {WIDGET_MIME: _view_of(controls), **_still(plain)},
            raw=True, metadata={"bantar": "controls"},
        )  # fmt: skip
        for slot, output in self._outputs().items():
            self._handles[slot] = display(
                output.data, raw=True, metadata=output.metadata, display_id=True
            )

    def _outputs(self) -> dict[str, Output]:
        with language(self.lang):
            drawn = outputs(self.figure())
            if len(drawn) == 1:  # a sentence has no caption
                drawn.append(Output({"text/plain": ""}, {"bantar": "caption"}))
            table = self.table()
            (plain,) = outputs(table)
            live = Output({WIDGET_MIME: _view_of(_live(table)), **plain.data}, plain.metadata)
        return dict(zip(_SLOTS, (*drawn, live), strict=True))

    def _follow(self, _change: object) -> None:
        """Show anew what a changed control asks for; a mistake is told and stops nothing."""
        self._enable()
        if not self._handles:
            return
        try:
            for slot, output in self._outputs().items():
                self._handles[slot].update(output.data, raw=True, metadata=output.metadata)
        except UserError as fault:
            self._say(str(fault))

    # Taking it along

    def show_save(self) -> None:
        """Show the controls that save what is seen."""
        from IPython.display import display

        with language(self.lang):
            kind = self._dropdown(_("Save as"), [(k.upper(), k) for k in KINDS])
            button = self._widgets.Button(description=_("Save this figure"), icon="download",
                                         layout={"width": "max-content"})  # fmt: skip
            hint = _("Run the notebook to save figures.")

        def save(_button: object) -> None:
            with language(self.lang):
                try:
                    self._say(_("Saved: {file}", file=self.save(kind.value)))
                except UserError as fault:
                    self._say(str(fault))

        button.on_click(save)
        box = self._widgets.VBox([kind, button, self._status])
        display({WIDGET_MIME: _view_of(box), **_still(hint)}, raw=True,
                metadata={"bantar": "controls"})  # fmt: skip

    def _say(self, text: str) -> None:
        import html

        self._status.value = f'<span role="status">{html.escape(text)}</span>'

    def save(self, kind: str = "png", *, folder: Path | None = None) -> Path:
        """Save what is seen as a file, with caption and source printed under it.

        Parameters
        ----------
        kind : str
            ``png`` or ``svg``.
        folder : Path, optional
            By default ``outputs/<study>/figures`` beside the folder of notebooks.

        Raises
        ------
        UserError
            Where there is nothing to draw, or the file cannot be written.
        """
        with language(self.lang):
            figure, choice = self.figure(), self.choice()
            if isinstance(figure, Text):
                raise UserError(_("There is nothing to draw here, so nothing was saved."))
            parts = [choice.view, choice.district_id]
            parts += [str(getattr(self, name).value) for name in self._views[choice.view].uses]
            name = re.sub(r"[^\w.-]+", "_", "_".join(parts), flags=re.ASCII).strip("._")
            path = (folder or _figures_folder(self.study)) / f"{name}_{self.lang}.{kind}"
            return write_figure(self.study, figure, path, sources=self._sources(choice))

    def _sources(self, choice: Choice) -> str:
        if choice.view == "evidence":
            used = evidence(self.study, choice.district_id)["source_id"]
        else:
            counts = self.study.table("counts")
            if choice.view == "entries":
                counts = counts[counts["district_id"] == choice.district_id]
            if choice.view == "rates":
                stages = (self.study.first_stage, self.study.last_stage)
                counts = counts[counts["stage"].isin(stages) & counts["year"].isin(choice.years)]
            used = counts.loc[counts["count"].notna(), "source_id"]
        titles = source_titles(self.study)
        return listing(list(dict.fromkeys(titles[s] for s in used if s in titles)))


@dataclass(frozen=True)
class _View:
    label: Callable[[], str]
    uses: tuple[str, ...]
    figure: Callable[[Explorer, Choice], Figure | Text]
    table: Callable[[Explorer, Choice], Table]


def _entries(look: Explorer, choice: Choice) -> Figure | Text:
    return figures.entries(look.study, choice.district_id)


def _counts(look: Explorer, choice: Choice) -> Table:
    return tables.counts_table(look.study, choice.district_id)


def _rates(look: Explorer, choice: Choice) -> Figure | Text:
    return figures.rates(look.study, execution(look.study, choice.years), mark=choice.district_id)


def _rates_table(look: Explorer, choice: Choice) -> Table:
    return tables.execution_table(look.study, execution(look.study, choice.years))


def _scenarios(look: Explorer, choice: Choice) -> Figure | Text:
    own = look._reach[look._reach["district_id"] == choice.district_id]
    if own["share"].isna().all():
        return Text(_("Reach cannot be computed here: too little is known."))
    return figures.reach_scenarios(look.study, look._reach, choice.district_id)


def _scenario_table(look: Explorer, choice: Choice) -> Table:
    """Lay out every district's reach under the scenario that is chosen."""
    table = look._reach
    rows = table[(table["scenario"] == choice.scenario) & (table["district_id"] != "")]
    rows = rows.sort_values("district")
    unit = look.study.text("unit", look.lang)
    frame = pd.DataFrame({
        look.study.text("district", look.lang).capitalize(): rows["district"],
        _("number"): [_told(v, number) for v in rows["numerator"]],
        _("of {unit}", unit=unit): [_told(v, number) for v in rows["denominator"]],
        _("share"): [_told(v, lambda share: percent(share, 1)) for v in rows["share"]],
    })  # fmt: skip
    caption = _("Reach under the scenario “{scenario}” (alphabetical)",
                scenario=scenario_label(choice.scenario))  # fmt: skip
    return Table(frame, caption, tuple(frame.columns[1:]))


def _told(value: Any, how: Callable[[float], str]) -> str:
    return "–" if pd.isna(value) else how(float(value))


def _bars(look: Explorer, choice: Choice) -> Figure | Text:
    if evidence(look.study, choice.district_id).empty:
        (note,) = sections.evidence_section(look.study, choice.district_id)
        return note  # type: ignore[return-value]
    return figures.evidence_bars(look.study, choice.district_id)


def _segments(look: Explorer, choice: Choice) -> Table:
    return tables.segments_table(look.study, choice.district_id, choice.indicator)


def _still(text: str) -> dict[str, str]:
    """Return what stands in place of controls where no kernel runs."""
    return {"text/markdown": escape_markdown(text), "text/plain": text}


def _view_of(widget: ipywidgets.Widget) -> dict[str, Any]:
    """Return what a notebook keeps of a widget: only which one it is."""
    return {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}


def _live(table: Table) -> ipywidgets.Widget:
    """Return the table to sort and search, under its caption; cells are text, never HTML."""
    import html

    import ipywidgets
    from itables.widget import ITable

    frame = table.frame.fillna("").astype("str").reset_index(drop=True)
    right = [n for n, name in enumerate(frame.columns) if name in table.numeric]
    live = ITable(
        frame, showIndex=False, allow_html=False, maxBytes=0,
        columnDefs=[{"targets": right, "className": "dt-right"}] if right else [],
        pageLength=12, layout={"topStart": None, "topEnd": "search"}, order=[],
        language=_table_words(),
    )  # fmt: skip
    return ipywidgets.VBox([ipywidgets.HTML(f"<b>{html.escape(table.caption)}</b>"), live])


def _table_words() -> dict[str, Any]:
    return {
        "search": _("Search:"),
        "info": _("Rows _START_ to _END_ of _TOTAL_"),
        "infoEmpty": _("No rows"),
        "infoFiltered": _("(found among _MAX_)"),
        "zeroRecords": _("No row matches"),
        "emptyTable": _("No rows"),
        "paginate": {"first": "«", "previous": "‹", "next": "›", "last": "»"},
    }


def _figures_folder(study: Study) -> Path:
    here = Path.cwd()
    top = here.parent if here.name == "notebooks" else here
    return top / "outputs" / study.path.name / "figures"
