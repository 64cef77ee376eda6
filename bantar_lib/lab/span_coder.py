"""The widget in which documents are coded, in a notebook cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.lab.desk import Desk
from bantar_lib.lab.one_module import one_module
from bantar_lib.lab.still import still_html, still_text
from bantar_lib.lab.widget_words import widget_words
from bantar_lib.study import Study, load_study
from bantar_lib.words import current_language, language, room_words

_ = room_words("lab")

try:
    import anywidget
    import traitlets
except ImportError:
    raise UserError(
        _("SpanCoder needs anywidget, which is not installed: pip install 'bantar_lib[lab]'")
    ) from None

_WIDGET = Path(__file__).parent / "widget"


def attended() -> bool:
    """Say whether somebody sits at the kernel: a batch asks it never to put a question."""
    from IPython import get_ipython

    return bool(getattr(getattr(get_ipython(), "kernel", None), "_allow_stdin", True))


class SpanCoder(anywidget.AnyWidget):
    """Code a document in a notebook cell: mark words, give them a code and a valence.

    Each step is written to the coder's log (:class:`~bantar_lib.coding.CodingLog`) before the
    widget says that it is saved; nothing is kept anywhere else. The document's words go to the
    browser but not into the notebook file: what a saved notebook holds of them is what their
    source releases.

    Parameters
    ----------
    study : Study, str or Path
        The study to code in. One that came with the library is not written to: see
        :func:`~bantar_lib.lab.practice_copy`.
    document : str
        A file of the study's ``documents/`` or ``private/``; blank: the first.
    coder : str
        Letters, digits, ``_`` and ``-``: it names the log.
    source : str
        The source whose words the document holds, where the study does not say so.
    district : str
        The district that codings speak of (code, name or alias); blank: the programme as a
        whole.
    blind : bool, optional
        Hide what others coded. By default as the table ``coders`` says of this coder, and
        hidden for a coder whom it does not name.

    Raises
    ------
    UserError
        For a study, document, source, district or coder that cannot be used, and where the
        extra ``[lab]`` is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from bantar_lib import load_study, practice_copy
    >>> with TemporaryDirectory() as here:
    ...     study = load_study(practice_copy("kampung_bantar", folder=here))
    ...     _size = Path(study.path, "documents").mkdir()
    ...     _size = Path(study.path, "documents", "article.txt").write_text("The lane is clean.")
    ...     widget = SpanCoder(study, "article.txt", "ani")
    ...     len(widget.desk.codings())
    0
    """

    _esm = one_module(_WIDGET)
    _css = _WIDGET / "span_coder.css"

    # Words of buttons only: a notebook may save what is synchronised.
    words = traitlets.Dict().tag(sync=True)
    lang = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        study: Study | str | Path,
        document: str = "",
        coder: str = "",
        *,
        source: str = "",
        district: str = "",
        blind: bool | None = None,
    ) -> None:
        opened = study if isinstance(study, Study) else load_study(study)
        if not coder:
            raise UserError(_("Say who codes: coder=…, in letters and digits."))
        self.desk = Desk(opened, document, coder, source=source, district=district, blind=blind)
        super().__init__(lang=current_language(), words=widget_words())
        self.on_msg(self._receive)

    def open(self) -> None:
        """Open the way to the page; in a batch there is none, and the HTML stands alone."""
        if attended():
            super().open()

    def _receive(self, _widget: Any, request: Any, _buffers: Any) -> None:
        """Answer a request of the page under the number that it gave it."""
        if isinstance(request, dict) and "do" in request:
            with language(self.lang):
                answer = self.desk.answer(request)
            self.send({"to": request.get("number"), **answer})

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and beside it the coded document for where no kernel runs."""
        bundle = super()._repr_mimebundle_(**kwargs) if self.comm is not None else None
        data, metadata = bundle or ({}, {})
        with language(self.lang):
            still = {"text/html": still_html(self.desk), "text/plain": still_text(self.desk)}
        return data | still, metadata
