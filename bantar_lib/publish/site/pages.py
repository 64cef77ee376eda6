"""Which pages a site has, in which order, and how the districts are put into groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bantar_lib.batch.plan import Job, plan, safe_name
from bantar_lib.study import Study
from bantar_lib.words import language, room_words

if TYPE_CHECKING:
    import pandas as pd

_ = room_words("site")

MOST_IN_A_LIST = 40
"""So many districts stand on one page and in the side bar; more are put into groups."""

# Notebook → name of its page.
WIDE = {
    "01_city": "city",
    "03_evidence": "evidence",
    "04_audit": "audit",
    "00_reading_guide": "guide",
}
METHODS = (
    "execution", "reach", "pooling", "heterogeneity", "funnel", "ranks", "detectability", "trend",
    "size", "equity", "workload", "audit", "ratings", "agreement", "saturation", "confidence",
    "contribution",
)  # fmt: skip
"""The measures that have a page of their own: ``methods/<name>.<lang>.md``."""


@dataclass(frozen=True)
class SitePage:
    """A page of one language.

    Parameters
    ----------
    docname : str
        Where it lies below ``site/<lang>/``, without ``.html``; the same in every language.
    title : str
        What links to it say.
    section : str
        The entry of the side bar to which it belongs.
    notebook : Path, optional
        The executed notebook that it shows.
    district_id : str
        Blank for all other pages.
    group : str
        A district's parent or first letter.
    """

    docname: str
    title: str
    section: str
    notebook: Path | None = None
    district_id: str = ""
    group: str = ""


@dataclass(frozen=True)
class Group:
    """Districts that stand together; `docname` is blank where they share one page."""

    title: str
    docname: str
    districts: tuple[SitePage, ...]


@dataclass(frozen=True)
class Pages:
    """All pages of one language, those of districts also by group."""

    lang: str
    wide: tuple[SitePage, ...]
    groups: tuple[Group, ...]
    own: tuple[SitePage, ...] = field(default=())

    @property
    def districts(self) -> tuple[SitePage, ...]:
        """The districts' pages in the order in which one reads through them."""
        return tuple(page for group in self.groups for page in group.districts)

    @property
    def all(self) -> tuple[SitePage, ...]:
        """Every page."""
        return (*self.wide, *self.own, *self.districts)


def was_run(notebook: Path) -> bool:
    """Say whether a notebook was run to its end: only then it has a page of its own beside it."""
    return notebook.exists() and notebook.with_suffix(".html").exists()


def site_pages(study: Study, lang: str, outputs: Path) -> Pages:
    """Lay out the pages of one language from what was run.

    Parameters
    ----------
    study : Study
        The study.
    lang : str
        ``id`` or ``en``.
    outputs : Path
        The folder that ``bantar run`` wrote to.

    Returns
    -------
    Pages
        Without pages of notebooks that were not run, or failed.
    """
    jobs = [job for job in plan(study, None, lang=lang, outputs=outputs) if was_run(job.output)]
    with language(lang):
        titles = {
            "city": study.text("place", lang),
            "evidence": _("Evidence"),
            "audit": _("Check of figures and statements"),
            "guide": _("Reading guide"),
        }
        wide = [
            SitePage(WIDE[job.notebook.stem], titles[WIDE[job.notebook.stem]],
                     WIDE[job.notebook.stem], job.output)
            for job in jobs
            if not job.district_id and job.notebook.stem in WIDE
        ]  # fmt: skip
        root = outputs / safe_name(study.id) / lang
        groups = _groups(study.districts, [job for job in jobs if job.district_id], root)
        return Pages(lang, tuple(wide), tuple(groups), tuple(_own(groups)))


def _own(groups: Sequence[Group]) -> list[SitePage]:
    """Return the pages that no notebook shows."""
    pages = [SitePage("index", _("Start"), "index")]
    if groups:
        pages.append(SitePage("districts/index", _("Districts"), "districts"))
    pages += [SitePage(g.docname, g.title, "districts") for g in groups if g.docname]
    pages += [
        SitePage("glossary", _("Glossary"), "glossary"),
        SitePage("framework", _("Framework"), "framework"),
        SitePage("methods/index", _("Methods"), "methods"),
        SitePage("dictionary", _("Data dictionary"), "dictionary"),
        SitePage("downloads", _("Downloads"), "downloads"),
    ]
    return [*pages, *(SitePage(f"methods/{m}", method_title(m), "methods") for m in METHODS)]


def method_title(measure: str) -> str:
    """Return the heading of a method's page in the current language."""
    return method_text(measure).partition("\n")[0].lstrip("# ")


def method_text(measure: str) -> str:
    """Return the text on one measure in the current language, its heading first."""
    from bantar_lib.words import current_language

    folder = Path(__file__).parent / "methods"
    return (folder / f"{measure}.{current_language()}.md").read_text(encoding="utf-8")


def _groups(table: pd.DataFrame, jobs: Sequence[Job], root: Path) -> list[Group]:
    """Put the districts that were run under their parents, or under first letters."""
    rows = table.set_index("district_id")
    several = rows["parent"].replace("", None).nunique() > 1
    many = len(jobs) > MOST_IN_A_LIST
    found: dict[str, list[SitePage]] = {}
    for job in jobs:
        name = " ".join(job.district.split())
        parent = " ".join(str(rows["parent"][job.district_id]).split()) or "–"
        group = parent if several else (name[:1].upper() if many else "")
        docname = job.output.parent.relative_to(root).as_posix()
        page = SitePage(docname, name, "districts", job.output, job.district_id, group)
        found.setdefault(group, []).append(page)
    return [
        Group(
            title,
            f"groups/{safe_name(title)}" if many else "",
            tuple(sorted(found[title], key=lambda p: (p.title.casefold(), p.district_id))),
        )
        for title in sorted(found, key=str.casefold)
    ]
