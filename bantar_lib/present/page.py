"""One executed notebook as a page: a single HTML file that needs nothing from a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.words import language, room_words

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ = room_words("present")
_TEMPLATE = Path(__file__).parent / "page_template"


@dataclass(frozen=True)
class Link:
    """A link of a page's navigation; `here` marks the page itself."""

    label: str
    href: str
    here: bool = False


@dataclass(frozen=True)
class Page:
    """What a page says beside its notebook."""

    title: str
    lang: str
    synthetic: bool = False
    links: Sequence[Link] = ()
    districts: Sequence[Link] = ()
    districts_label: str = ""
    kicker: str = ""
    css: str = ""
    words: dict[str, str] = field(default_factory=dict)


@cache
def make_exporter() -> Any:
    """Return nbconvert's exporter with the page's template, made once in a process."""
    from nbconvert.exporters import HTMLExporter
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from traitlets.config import Config

    class PageExporter(HTMLExporter):
        """nbconvert's, but it does not parse the finished page again to look for what is missing.

        The page's own template gives every picture its alternative text.
        """

        def from_notebook_node(self, nb: Any, resources: Any = None, **more: Any) -> Any:
            self.register_filter("highlight_code", Highlight2HTML("ipython3", parent=self))
            return TemplateExporter.from_notebook_node(self, nb, resources, **more)

    config = Config(HTMLExporter().default_config)
    priority = config.NbConvertBase.display_data_priority
    # A page has no kernel: of a widget it shows the form that needs none.
    config.NbConvertBase.display_data_priority = [kind for kind in priority if "widget" not in kind]
    return PageExporter(
        config=config,
        template_name=_TEMPLATE.name,
        extra_template_basedirs=[str(_TEMPLATE.parent)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


def page_html(notebook: NotebookNode, page: Page) -> str:
    """Return the notebook as HTML in the page's language.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed, in one language.
    page : Page
        Title, language and links; its words and style are filled in here.

    Returns
    -------
    str
        A whole HTML document: style and pictures inside, nothing fetched.
    """
    with language(page.lang):
        words = {
            "skip": _("Skip to the text"),
            "pages": _("Pages"),
            "code": _("code"),
            "setup": _("setup code"),
            "answer": _("Answer"),
            "synthetic": _("Made-up data, for practice and tests only."),
        }
    css = (_TEMPLATE / "page.css").read_text(encoding="utf-8")
    filled = replace(page, css=css, words=words)
    exporter = make_exporter()
    exporter.environment.globals["page"] = filled
    body, _resources = exporter.from_notebook_node(notebook)
    return str(body)
