"""Building a site: write what changed, let Sphinx make the pages, put the rest beside them."""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bantar_lib.batch.execute import write_whole
from bantar_lib.batch.plan import safe_name
from bantar_lib.errors import UserError
from bantar_lib.publish.site.pages import Pages, site_pages
from bantar_lib.publish.site.sources import NAMES, write_sources
from bantar_lib.study import Study
from bantar_lib.words import LANGUAGES, language, room_words

_ = room_words("site")
Tell = Callable[[str], None]
_BUILT = "built.json"  # `site.json` as it was when Sphinx came to its end


@dataclass(frozen=True)
class Site:
    """A site that was built.

    Parameters
    ----------
    first_page : Path
        The page that leads to the languages.
    pages : dict
        Language → number of pages.
    changed : dict
        Language → number of pages whose source was written anew.
    warnings : tuple of str
        What Sphinx found amiss.
    """

    first_page: Path
    pages: dict[str, int]
    changed: dict[str, int]
    warnings: tuple[str, ...]


def build_site(
    study: Study, *, outputs: Path = Path("outputs"), tell: Tell = lambda _line: None
) -> Site:
    """Make a reading site from what ``bantar run`` left; no notebook is executed.

    Parameters
    ----------
    study : Study
        The study that was run.
    outputs : Path
        The folder that ``bantar run`` wrote to; the site lies in ``<study>/site`` below it.
    tell : callable
        Gets a line for a person as the work goes on.

    Returns
    -------
    Site
        A language that was not run is left out.

    Raises
    ------
    UserError
        Where Sphinx is not installed, or nothing was run.
    """
    _need_sphinx()
    folder = outputs.resolve() / safe_name(study.id)
    laid = {lang: site_pages(study, lang, outputs.resolve()) for lang in LANGUAGES}
    found = {lang: pages for lang, pages in laid.items() if _has_notebooks(pages)}
    if not found:
        raise UserError(
            _("Nothing of {study} was run yet. Run first: bantar run {study}", study=study.id)
        )
    target, work = folder / "site", folder / ".site"
    changed = {}
    for lang, pages in found.items():
        with language(lang):
            changed[lang] = write_sources(study, pages, found, work / lang, target / lang)
        tell(_("{lang}: {n} pages, {changed} to be made anew.",
               lang=lang, n=len(pages.all), changed=changed[lang]))  # fmt: skip
    due = [lang for lang in found if changed[lang] or not _stands(work / lang, target / lang)]
    warnings = _build(due, work, target)
    _leave_first_page(study, target, found)
    for gone in set(LANGUAGES) - found.keys():
        shutil.rmtree(target / gone, ignore_errors=True)
        shutil.rmtree(work / gone, ignore_errors=True)
    for hint in _hints(study, found):
        tell(hint)
    return Site(
        target / "index.html",
        {lang: len(pages.all) for lang, pages in found.items()},
        changed,
        tuple(warnings),
    )


def _hints(study: Study, found: Mapping[str, Pages]) -> list[str]:
    """Say what this site lacks and how to get it."""
    hints = []
    if not all(any(page.docname == "city" for page in p.wide) for p in found.values()):
        hints.append(_("The pages on the study as a whole are not here. To have them: {command}",
                       command=f"bantar run {study.id}"))  # fmt: skip
    for other in sorted(NAMES.keys() - found.keys()):
        hints.append(_("This site is in one language. For the other: {command}, then bantar site "
                       "again.", command=f"bantar run {study.id} --lang {other}"))  # fmt: skip
    return hints


def _need_sphinx() -> None:
    for module in ("sphinx", "myst_nb", "furo"):
        if importlib.util.find_spec(module) is None:
            raise UserError(
                _("The site needs {module}: pip install 'bantar_lib[site]'", module=module)
            )


def _has_notebooks(pages: Pages) -> bool:
    return any(page.notebook for page in pages.all)


def _build(languages: Sequence[str], work: Path, target: Path) -> list[str]:
    """Let Sphinx build the languages side by side; return its warnings."""
    if not languages:
        return []
    from bantar_lib.publish.site.sphinx_run import run

    for lang in languages:
        (work / lang / _BUILT).unlink(missing_ok=True)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(languages), mp_context=context) as pool:
        runs = [pool.submit(run, work / lang, target / lang) for lang in languages]
        warnings = [line for done in runs for line in done.result()]
    for lang in languages:
        shutil.copyfile(work / lang / "site.json", work / lang / _BUILT)
    return warnings


def _stands(work: Path, target: Path) -> bool:
    """Say whether the pages of the last build are there and were made from the same links."""
    built = work / _BUILT
    if not built.exists() or built.read_bytes() != (work / "site.json").read_bytes():
        return False
    pages = json.loads(built.read_text(encoding="utf-8"))["pages"]
    return all((target / f"{name}.html").exists() for name in (*pages, "search"))


_FIRST = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">{moved}
<title>{title}</title>
<style>
:root {{ --ink:#1b1f23; --muted:#57606a; --line:#d0d7de; --link:#0a4b78; --ground:#fff }}
@media (prefers-color-scheme:dark) {{ :root {{ --ink:#e6edf3; --muted:#9da7b1; --line:#3d444d;
  --link:#8ec5f2; --ground:#131416 }} }}
body {{ margin:0; min-height:100vh; display:grid; place-items:center; background:var(--ground);
  color:var(--ink); font:1.125rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif }}
main {{ width:min(34rem,100vw - 2.5rem); padding:2rem 0 }}
h1 {{ font:600 1.9rem/1.25 Georgia,"Times New Roman",serif; margin:0 0 .6rem; text-wrap:balance }}
main > p {{ color:var(--muted); margin:0 0 1.6rem; text-wrap:balance }}
ul {{ list-style:none; margin:0; padding:0; border-bottom:1px solid var(--line) }}
li {{ border-top:1px solid var(--line) }}
a {{ display:block; padding:.9rem 0; color:var(--muted); text-decoration:none }}
a b {{ display:block; color:var(--link) }}
a:hover b, a:focus-visible b {{ text-decoration:underline }}
</style>
</head>
<body><main>
<h1>{title}</h1>
<p>{question}</p>
<ul>
{links}
</ul>
</main></body>
</html>
"""


def _leave_first_page(study: Study, target: Path, found: dict[str, Pages]) -> None:
    """Write the page that leads to the languages (to the one there is, at once).

    Beside it stands the mark that a code host's pages need.
    """
    from html import escape

    first = next(iter(found))
    links = [
        f'<li lang="{lang}"><a href="{lang}/index.html" hreflang="{lang}"><b>{NAMES[lang]}</b> '
        f"{escape(study.text('title', lang))}</a></li>"
        for lang in found
    ]
    only = f'\n<meta http-equiv="refresh" content="0; url={first}/index.html">'
    page = _FIRST.format(
        lang=first, moved=only if len(found) == 1 else "", links="\n".join(links),
        title=escape(study.text("title", first)), question=escape(study.text("question", first)),
    )  # fmt: skip
    write_whole(target / "index.html", page)
    write_whole(target / ".nojekyll", "")
