"""Puts a report together: cover, summary, four chapters and annexes, in an office's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import takewhile
from string import ascii_uppercase

import pandas as pd

from bantar_lib.present.count_figures import span_text
from bantar_lib.present.display import Markdown, escape_markdown
from bantar_lib.present.tables import ratings_table
from bantar_lib.present.terms import terms
from bantar_lib.publish.conclusions import coded_districts, conclusions, key_figures
from bantar_lib.publish.document import (
    Block,
    Grid,
    Heading,
    Logo,
    NewPage,
    Part,
    Picture,
    Prose,
    Report,
)
from bantar_lib.publish.executed import Executed
from bantar_lib.publish.recommendations import (
    plan_grid,
    recommendations_grid,
    recommended,
    responses_of,
    unanswered_grid,
)
from bantar_lib.study import Study
from bantar_lib.study.report_settings import ReportSettings, report_settings
from bantar_lib.words import current_language, number, room_words

_ = room_words("publish", escape=escape_markdown)
_plain = room_words("publish")
DOTS = Markdown("." * 36)
_MOST_RATINGS = 10
"""Districts whose evidence a report of all together lays out."""


def compose(study: Study, district_id: str, found: Executed) -> Report:
    """Return the report of a district, or of all together (``""``), in the current language.

    Parameters
    ----------
    study : Study
    district_id : str
    found : Executed
        The district's notebook, or the one of the whole study, as a run left it.
    """
    lang = current_language()
    office = report_settings(study.path)
    place = study.text("place", lang)
    if district_id:
        place = f"{_called(study, district_id)}, {place}"
    marks = []
    if not office.released:
        marks.append(_plain("DRAFT, not released"))
    if study.synthetic:
        marks.append(_plain("Made-up data, for practice and tests only."))
    title = _plain("Evaluation of programme implementation")
    report = Report(title, place, lang, office, tuple(marks), found.seconds)
    blocks = [
        *_cover(study, report),
        *_summary(study, district_id, found),
        *_introduction(study, district_id, office),
        *_overview(study, district_id, found),
        *_results(study, district_id, found),
        *_conclusion(study, district_id),
        *_signature(office),
        *_annexes(study, district_id, found),
    ]
    return replace(report, blocks=tuple(_numbered(_text_first(blocks))))


def _text_first(blocks: Sequence[Block]) -> list[Block]:
    """Put the text of a section before its figure, which may have room on the next page only."""
    told = list(blocks)
    for n, block in enumerate(told):
        if not isinstance(block, Heading):
            continue
        figures = list(takewhile(lambda b: isinstance(b, Picture), told[n + 1 :]))
        texts = list(takewhile(lambda b: isinstance(b, Prose), told[n + 1 + len(figures) :]))
        told[n + 1 : n + 1 + len(figures) + len(texts)] = [*texts, *figures]
    return told


def _numbered(blocks: Sequence[Block]) -> list[Block]:
    """Give each figure and table its number, the same in every form of the report."""
    figures = tables = 0
    told: list[Block] = []
    for block in blocks:
        if isinstance(block, Picture):
            figures += 1
            named = _("Figure {n}.", n=figures)
            block = replace(block, caption=f"**{named}** {block.caption}")
        elif isinstance(block, Grid):
            tables += 1
            block = replace(block, caption=f"{_plain('Table {n}.', n=tables)} {block.caption}")
        told.append(block)
    return told


def _day(day: date) -> str:
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale=current_language())


def _field(label: str, value: str) -> Prose:
    return Prose(f"{label}: {escape_markdown(value) if value else DOTS}", "field")


def _cover(study: Study, report: Report) -> list[Block]:
    office, lang = report.office, report.lang
    head: list[Block] = [Logo(office.logo, office.logo_alt)] if office.logo else []
    head += [Prose(escape_markdown(line), "headline") for line in office.letterhead]
    if not office.letterhead:
        head += [Prose(DOTS, "headline")] * 2
    run = datetime.fromtimestamp(report.seconds, UTC).date()
    return [
        Part("letterhead", tuple(head)),
        *(Prose(escape_markdown(mark), "mark") for mark in report.marks),
        Prose(escape_markdown(report.title), "covertitle"),
        Prose(escape_markdown(report.subtitle), "coverplace"),
        Prose(escape_markdown(study.text("title", lang)), "coverstudy"),
        _field(_("Number"), office.number),
        _field(_("Date"), _day(office.date) if office.date else ""),
        _field(_("Place"), office.place),
        Prose(_("Computed on {day} from the study “{id}”, input hash {digest}.", day=_day(run),
                id=study.id, digest=study.content_hash[:12]), "small"),
        NewPage(),
        Prose(_("Contents"), "contents"),
    ]  # fmt: skip


def _summary(study: Study, district_id: str, found: Executed) -> list[Block]:
    lead = [b for b in found.blocks("summary", level=2)
            if isinstance(b, Prose) and b.role == "lead"]  # fmt: skip
    rows = recommended(responses_of(study, district_id))
    return [
        Heading(_("Executive summary")),
        *lead,
        key_figures(study, district_id),
        Heading(_("Conclusion"), 2),
        Prose(_bullets(conclusions(study, district_id, brief=True))),
        *([Prose(_recommended_text(study, district_id, rows))] if len(rows) else []),
        NewPage(),
    ]


def _bullets(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _recommended_text(
    study: Study, district_id: str, rows: pd.DataFrame, *, here: bool = False
) -> str:
    """Say how many recommendations the source makes; they stand below where it is said `here`."""
    if rows.empty:
        return _("The source holds no recommendation that is coded; none is made here.")
    if here:
        text = _("The source makes {n} recommendation. None is ours.",
                 plural="The source makes {n} recommendations. None is ours.",
                 n=len(rows))  # fmt: skip
    else:
        text = _("The source makes {n} recommendation; it stands in chapter IV. None is ours.",
                 plural="The source makes {n} recommendations; they stand in chapter IV. "
                 "None is ours.", n=len(rows))  # fmt: skip
    if district_id and district_id not in coded_districts(study):
        text += " " + _("They address the programme at large and do not rest on evidence about "
                        "this {district}.", district=terms(study)["district"])  # fmt: skip
    return text


def _introduction(study: Study, district_id: str, office: ReportSettings) -> list[Block]:
    lang = current_language()
    basis = [escape_markdown(line) for line in office.legal_basis] or [DOTS] * 3
    purpose: str = escape_markdown(office.purpose)
    if not purpose:
        purpose = _("To answer the question of the study: {question}",
                    question=study.text("question", lang))  # fmt: skip
    return [
        Heading(_("I. Introduction")),
        Heading(_("Legal basis"), 2),
        Prose("\n".join(f"{n}. {line}" for n, line in enumerate(basis, 1))),
        Heading(_("Purpose"), 2),
        Prose(purpose),
        Heading(_("Scope"), 2),
        Prose(escape_markdown(office.scope) if office.scope else _scope(study, district_id)),
        Heading(_("Method"), 2),
        Prose(_method(study)),
    ]


def _called(study: Study, district_id: str) -> str:
    """Return a district's name with what it is, so that it is not taken for a city's."""
    what = terms(study)["district"]
    name = " ".join(study.district(district_id)["name"].split())
    if what.casefold() in name.casefold():
        return name
    if current_language() == "id":  # there it stands first, as part of the name
        what = what[:1].upper() + what[1:]
    return _plain("{name} {district}", name=name, district=what)


def _scope(study: Study, district_id: str) -> str:
    lang = current_language()
    counts = study.table("counts", district=district_id or None)
    years = sorted(int(y) for y in counts.loc[counts["count"].notna(), "year"].dropna().unique())
    where = _called(study, district_id) if district_id else _plain(
        "all {n} {districts} of {place}", n=number(len(study.districts)),
        districts=terms(study)["districts"], place=study.text("place", lang))  # fmt: skip
    if not years:
        return _("The report covers {where}; no year is counted yet.", where=where)
    return _("The report covers {where} and the counts of {years}, at the stages {first} and "
             "{last}.", where=where, years=span_text(years), first=terms(study)["first"],
             last=terms(study)["last"])  # fmt: skip


def _method(study: Study) -> str:
    said = [_(
        "The counts of the study are taken as their sources give them; a blank is unknown and "
        "never zero. The execution rate has a 95% interval and is also read together with the "
        "other {districts}, so that few entries do not look extreme by chance. Reach is given as "
        "bounds.", districts=terms(study)["districts"],
    )]  # fmt: skip
    if len(study.table("segments")):
        said.append(_("What sources say is coded to the indicators of the framework {framework}; "
                      "an indicator is rated only where enough independent sources speak of it.",
                      framework=study.framework.name[current_language()]))  # fmt: skip
    return " ".join([*said, _("No cause is inferred.")])


def _overview(study: Study, district_id: str, found: Executed) -> list[Block]:
    about = [b for b in found.blocks("summary", level=2)
             if isinstance(b, Prose) and b.role == "text"]  # fmt: skip
    return [
        Heading(_("II. The programme and the area")),
        *about,
        _area(study, district_id),
        *found.blocks("overview", level=2),
    ]


def _area(study: Study, district_id: str) -> Grid:
    lang = current_language()
    words = terms(study)
    rows = study.districts
    if district_id:
        own = study.district(district_id)
        cells = [
            (_plain("Code"), district_id),
            (_plain("Number of {unit}", unit=words["unit"]), _known(own["units"])),
            (_plain("Number of kelurahan or villages"), _known(own["subdistricts"])),
            (_plain("Facilitators"), _known(own["facilitators"])),
            (_plain("Boundaries as of"), _known(own["boundary_year"], year=True)),
        ]  # fmt: skip
        name = own["name"]
    else:
        total = rows["units"].sum(min_count=len(rows))
        cells = [
            (_plain("Number of {districts}", districts=words["districts"]), number(len(rows))),
            (_plain("Number of {unit}", unit=words["unit"]), _known(total)),
            (_plain("Facilitators"), _known(rows["facilitators"].sum(min_count=len(rows)))),
        ]  # fmt: skip
        name = study.text("place", lang)
    return Grid((_plain("Item"), _plain("Value")), tuple(cells), _plain("{name} in the study",
                name=name), (False, False))  # fmt: skip


def _known(value: object, *, year: bool = False) -> str:
    if pd.isna(value):
        return _plain("unknown")
    return str(value) if year else number(float(value))  # type: ignore[arg-type]


def _results(study: Study, district_id: str, found: Executed) -> list[Block]:
    return [
        Heading(_("III. Results")),
        Heading(_("Reach"), 2),
        *found.blocks("reach", level=3, headings=False),
        Heading(_("Execution"), 2),
        *found.blocks("execution", level=3, headings=False),
        *_factors(study, district_id, found),
    ]


def _factors(study: Study, district_id: str, found: Executed) -> list[Block]:
    """Lay out the evidence: the study-wide notebook has none of it, a study may have none."""
    coded = coded_districts(study)
    if not coded:
        return []
    heading = Heading(_("Supporting and inhibiting factors, by indicator"), 2)
    if district_id:
        return [heading, *found.blocks("factors", level=3, headings=False)]
    blocks: list[Block] = [heading, Prose(conclusions(study, "")[2])]
    for code in coded[:_MOST_RATINGS]:
        table = ratings_table(study, code)
        rows = tuple(tuple(map(str, row)) for row in table.frame.itertuples(index=False))
        heads = tuple(map(str, table.frame.columns))
        numeric = tuple(h in table.numeric for h in heads)
        blocks.append(Grid(heads, rows, table.caption, numeric))
    if len(coded) > _MOST_RATINGS:
        blocks.append(Prose(_("{k} more {districts} have coded evidence; their own reports show "
                              "it.", k=number(len(coded) - _MOST_RATINGS),
                              districts=terms(study)["districts"])))  # fmt: skip
    return blocks


def _conclusion(study: Study, district_id: str) -> list[Block]:
    rows = responses_of(study, district_id)
    told = recommended(rows)
    blocks: list[Block] = [
        Heading(_("IV. Conclusion, recommendations and follow-up")),
        Heading(_("Conclusion"), 2),
        Prose(_bullets(conclusions(study, district_id))),
        Heading(_("Recommendations"), 2),
        Prose(_recommended_text(study, district_id, told, here=True)),
    ]
    if len(told):
        blocks.append(recommendations_grid(study, rows))
    open_factors = unanswered_grid(study, rows)
    if open_factors.rows:
        blocks.append(open_factors)
    return [
        *blocks,
        Heading(_("Follow-up plan"), 2),
        plan_grid(study, rows),
        # Below the table, so that the signature never stands alone on a page.
        Prose(_("What follows, who does it and by when is the office's to decide and stays blank "
                "here."), "closing"),
    ]  # fmt: skip


def _signature(office: ReportSettings) -> list[Block]:
    signatory = office.signatory or {}
    day = _day(office.date) if office.date else ""
    place = escape_markdown(office.place) if office.place else Markdown("." * 20)
    lines = [f"{place}, {day or '.' * 20}"]
    lines += [escape_markdown(signatory["title"]) if signatory.get("title") else DOTS]
    name = escape_markdown(signatory["name"]) if signatory.get("name") else DOTS
    nip = escape_markdown(signatory["nip"]) if signatory.get("nip") else "." * 30
    signed = (
        *(Prose(line, "signline") for line in lines),
        Prose("\u00a0", "signroom"),
        Prose(name, "signline"),
        Prose(f"NIP {nip}", "signline"),
    )
    blocks: list[Block] = [Part("signature", signed)]
    if office.copies:
        copies = "\n".join(f"{n}. {escape_markdown(c)}" for n, c in enumerate(office.copies, 1))
        blocks += [Prose(f"**{_('Copies to')}**"), Prose(copies)]
    return blocks


def _annexes(study: Study, district_id: str, found: Executed) -> list[Block]:
    parts = [
        (_("Evidence"), _annexed_evidence(study, district_id, found)),
        (_("Further figures and tables"), found.blocks("figures", level=3)),
        (_("Limits"), found.blocks("limits", level=3, headings=False)),
        (_("Provenance"), [
            *found.blocks("provenance", level=3),
            Prose(_("This report was put together from that run and from the files of the "
                    "study.")),
        ]),
    ]  # fmt: skip
    blocks: list[Block] = [NewPage(), Heading(_("Annexes"))]
    held = [part for part in parts if part[1]]
    for letter, (title, own) in zip(ascii_uppercase, held, strict=False):
        blocks += [Heading(f"{letter}. {title}", 2), *own]
    return blocks


def _annexed_evidence(study: Study, district_id: str, found: Executed) -> list[Block]:
    if not coded_districts(study):
        return []
    if district_id:
        return found.blocks("evidence", level=3)
    return [Prose(_("The evidence itself stands in the report of each {district} for which it is "
                    "coded.", district=terms(study)["district"]))]  # fmt: skip
