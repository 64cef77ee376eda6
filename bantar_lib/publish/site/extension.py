"""What the site adds to Sphinx: Indonesian, formulas as MathML, folded code, links and footers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx

from bantar_lib.publish.site.indonesian import SearchIndonesian


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything; Sphinx calls this."""
    app.add_config_value("bantar_site", "", "")
    app.add_config_value("bantar_links", "", "html")  # when it changes, all pages are written
    app.add_search_language(SearchIndonesian)
    app.add_html_math_renderer("mathml", (_visit_math, _skip), (_visit_math_block, _skip))
    app.add_node(HideCodeCellNode, override=True, html=(_visit_code, _depart_code))
    app.connect("builder-inited", _start, priority=900)
    app.connect("doctree-read", _leave_code_unsearched)
    for event in ("doctree-read", "html-page-context"):
        app.connect(event, _let_go)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _start(app: Sphinx) -> None:
    """Give every page its links and finish its HTML; put pictures where only the site is."""
    site = json.loads(Path(app.config.bantar_site).read_text(encoding="utf-8"))
    app.connect("html-page-context", lambda a, name, _t, ctx, _d: _context(a, site, name, ctx))
    pictures = str(Path(app.doctreedir).parent / "pictures")
    env: Any = app.env
    env.mystnb_config = env.mystnb_config.copy(output_folder=pictures)
    templates = app.builder.templates
    render = templates.render
    templates.render = lambda name, context: finished(render(name, context), site["words"])


def _let_go(app: Sphinx, *_more: Any) -> None:
    """Keep no page's tree in memory for later: a large study would need a gigabyte.

    Sphinx holds every tree that it read until it is written; without it, it takes them from disk.
    """
    for cache in ("_write_doc_doctree_cache", "_pickled_doctree_cache"):
        getattr(app.env, cache, {}).clear()


def _leave_code_unsearched(_app: Sphinx, document: nodes.document) -> None:
    """Keep code out of the search: who looks for `show` does not look for every cell."""
    for container in document.findall(nodes.container):
        if container.get("nb_element") == "cell_code_source":
            container["classes"].append("no-search")


def _context(app: Sphinx, site: dict[str, Any], name: str, context: dict[str, Any]) -> None:
    """Put into a page's context what its template shows beside its text."""
    here = site["pages"].get(name, {})

    def to(docname: str) -> str:
        return str(app.builder.get_relative_uri(name, docname))

    def link(entry: dict[str, Any]) -> dict[str, Any]:
        inner = [link(e) for e in entry.get("pages", []) if here.get("section") == entry["section"]]
        return {**entry, "href": to(entry["docname"]), "here": entry["docname"] == name,
                "inside": here.get("section") == entry["section"], "pages": inner}  # fmt: skip

    menu = [link(entry) for entry in site["menu"]]
    for entry in menu:
        if entry["section"] == "districts" and here.get("nearby"):
            entry["pages"] = [link(e) for e in here["nearby"]]
    top = context["content_root"]
    context.update(
        site=site,
        here=here,
        menu=menu,
        crumbs=[{**c, "href": to(c["docname"])} for c in here.get("crumbs", [])],
        files=[{**f, "href": f"{top}{f['href']}"} for f in here.get("files", [])],
        other=_other(site, name, top),
        record=f"{top}{site['record']}" if site["record"] else "",
    )
    for way in ("prev", "next"):
        page = here.get(way)
        context[way] = page and {"link": to(page["docname"]), "title": html.escape(page["title"])}


def _other(site: dict[str, Any], name: str, top: str) -> dict[str, str] | None:
    """Return the way to the same page in the other language."""
    if not site["other"]:
        return None
    same = name in site["other"]["pages"] or name == "search"
    page = name if same else "index"
    return {"lang": site["other"]["lang"], "label": site["other"]["label"],
            "href": f"{top}../{site['other']['lang']}/{page}.html"}  # fmt: skip


# Words that the theme writes in English into its markup and does not look up.
_FIXED = {
    'aria-label="Toggle site navigation sidebar"': "toggle_menu",
    'aria-label="Toggle table of contents sidebar"': "toggle_contents",
    'aria-label="Toggle Light / Dark / Auto color theme"': "toggle_theme",
}


def finished(page: str, words: dict[str, str]) -> str:
    """Return a page's HTML with every label in its language and every part to be reached by keys.

    The theme leaves some labels in English and two side bars without a name; wide tables and code
    scroll inside themselves, which needs a place in the order of the keyboard. A link that leads
    away tells the other side nothing of where the reader came from.
    """
    for said, word in _FIXED.items():
        page = page.replace(said, f'aria-label="{html.escape(words[word])}"')
    for side, word in (("sidebar-drawer", "menu"), ("toc-drawer", "contents")):
        label = html.escape(words[word])
        page = page.replace(f'<aside class="{side}', f'<aside aria-label="{label}" class="{side}')
    for box, word in (("__navigation", "toggle_menu"), ("__toc", "toggle_contents")):
        button = _button(box, words[word])
        page = re.sub(rf'<label class="([^"]*-icon[^"]*)" for="{box}">(.*?)</label>', button, page,
                      flags=re.DOTALL)  # fmt: skip
    page = page.replace('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper')
    page = page.replace('<div class="math-wrapper', '<div tabindex="0" class="math-wrapper')
    page = re.sub(r"(<div class=\"highlight\">)<pre>", r'\1<pre tabindex="0">', page)
    return re.sub(r'<a (?![^>]*\brel=)([^>]*href="https?:)', r'<a rel="noopener noreferrer" \1',
                  page)  # fmt: skip


def _button(box: str, word: str) -> Callable[[re.Match[str]], str]:
    """Return what puts a button beside a label that opens a drawer."""

    def beside(label: re.Match[str]) -> str:
        classes, icon = label.groups()
        return (
            f'{label.group()}<button type="button" class="drawer {classes}" data-box="{box}" '
            f'aria-expanded="false" aria-label="{html.escape(word)}">{icon}</button>'
        )

    return beside


def _visit_math(translator: Any, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext()).strip())
    raise nodes.SkipNode


def _visit_math_block(translator: Any, node: nodes.math_block) -> None:
    formula = tex2mathml(node.astext(), as_block=True).strip()
    translator.body.append(f'<div class="formula" tabindex="0">{formula}</div>\n')
    raise nodes.SkipNode


def _skip(translator: Any, node: nodes.Node) -> None:
    """Nothing is left to be closed: the visit wrote it all."""


def _visit_code(translator: Any, node: HideCodeCellNode) -> None:
    word = html.escape(node["prompt_show"])
    translator.body.append(f'<details class="code"><summary>{word}</summary>\n')


def _depart_code(translator: Any, node: HideCodeCellNode) -> None:
    translator.body.append("</details>\n")
