"""One language of a site, built by Sphinx: called in a process of its own.

Sphinx keeps its language and its parts in module-level state, so two languages share no process.
"""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_INK = {
    "color-brand-primary": "#0b4f6c",
    "color-brand-content": "#0b4f6c",
    "color-brand-visited": "#5b3a78",
    "color-foreground-muted": "#5d6168",
    "color-announcement-background": "#8a3b00",
    "color-announcement-text": "#ffffff",
    "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
    "font-stack--headings": "Georgia, 'Times New Roman', 'Noto Serif', serif",
}
_NIGHT = {
    "color-brand-primary": "#8cc8f0",
    "color-brand-content": "#8cc8f0",
    "color-brand-visited": "#c9a9e6",
    "color-foreground-muted": "#a3a8b0",
}


def settings(site: dict[str, Any], work: Path) -> dict[str, Any]:
    """Return the settings of Sphinx for one language.

    Parameters
    ----------
    site : dict
        What ``site.json`` holds.
    work : Path
        The folder in which sources and what is kept between builds lie.
    """
    return {
        "project": site["title"],
        "html_title": site["title"],
        "language": site["lang"],
        "locale_dirs": [str(work / "locale")],
        "extensions": ["myst_nb", "bantar_lib.publish.site.extension"],
        "html_theme": "furo",
        "html_theme_options": {
            "light_css_variables": _INK,
            "dark_css_variables": _NIGHT,
            "top_of_page_buttons": [],
            "announcement": site["announcement"],
        },
        "templates_path": [str(_HERE / "templates")],
        "html_static_path": [str(_HERE / "static")],
        "html_css_files": ["site.css"],
        "html_js_files": [("site.js", {"defer": "defer"})],
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_copyright": False,
        "html_last_updated_fmt": None,
        "html_use_index": False,
        "html_domain_indices": False,
        "html_search_language": site["lang"],
        # Summaries of what was found would have to be fetched, which a page opened from a folder
        # may not.
        "html_show_search_summary": False,
        "html_math_renderer": "mathml",
        "html_permalinks": False,
        "nb_execution_mode": "off",
        "nb_code_prompt_show": site["words"]["code"],
        "nb_execution_show_tb": False,
        # Text from data is no markup: of MyST only the fenced directives of our own texts are left.
        "myst_disable_syntax": [
            "myst_role", "myst_target", "myst_line_comment", "myst_block_break", "footnote_def",
            "footnote_ref",
        ],
        "myst_enable_extensions": ["deflist"],
        "myst_all_links_external": True,
        "smartquotes": False,
        "numfig": False,
        "suppress_warnings": ["toc.not_included", "myst.header", "myst.xref_missing"],
        "bantar_site": str(work / "site.json"),
        "bantar_links": site["links"],
        "pygments_style": "a11y-high-contrast-light",
    }  # fmt: skip


def run(work: Path, target: Path) -> list[str]:
    """Build one language; return the warnings.

    Parameters
    ----------
    work : Path
        With ``source/``, ``locale/`` and ``site.json``; Sphinx keeps what it read in ``doctrees``.
    target : Path
        The folder of the pages.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    site = json.loads((work / "site.json").read_text(encoding="utf-8"))
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            srcdir=work / "source", confdir=None, outdir=target, doctreedir=work / "doctrees",
            buildername="html", confoverrides=settings(site, work), status=None, warning=warnings,
            verbosity=0,
        )  # fmt: skip
        app.build()
        _sweep(app, set(site["pages"]), target)
    return [line for line in warnings.getvalue().splitlines() if line.strip()]


def _sweep(app: Any, pages: set[str], target: Path) -> None:
    """Remove pages and pictures of earlier builds that no page of this one shows."""
    kept = {f"{name}.html" for name in (*pages, "search")}
    for path in target.rglob("*.html"):
        inside = path.relative_to(target)
        if inside.parts[0] not in ("_static", "files") and inside.as_posix() not in kept:
            path.unlink()
    pictures = {name for _docs, name in app.env.images.values()}
    for folder in (target / "_images", Path(app.doctreedir).parent / "pictures"):
        for path in folder.glob("*.png"):
            if path.name not in pictures:
                path.unlink()
    shutil.rmtree(target / "_sources", ignore_errors=True)  # always empty
    (target / "objects.inv").unlink(missing_ok=True)  # for sites that link to this one: none do
