"""Word documents and Markdown for people: a codebook, an interview guide, tables of quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from bantar_lib.errors import UserError
from bantar_lib.exchange.codebook import valence_words
from bantar_lib.exchange.sheets import save
from bantar_lib.frameworks import Framework, Indicator
from bantar_lib.words import language, room_words

_ = room_words("exchange")

_FORMAT = "markdown-yaml_metadata_block-tex_math_dollars-raw_html-raw_tex-citations"
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~^$@&'\":=])")


def plain(text: str) -> str:
    r"""Return a text that Markdown shows as it is, in one line.

    Examples
    --------
    >>> plain("1. *RT* 05")
    '1\\. \\*RT\\* 05'
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def heading(text: str, level: int = 2) -> str:
    """Return a heading."""
    return f"{'#' * level} {plain(text)}"


def plain_table(
    columns: Sequence[str], rows: Iterable[Iterable[object]], widths: Sequence[int]
) -> str:
    """Return a Markdown table whose column widths are in the proportions of `widths`."""
    lines = ["| " + " | ".join(map(plain, columns)) + " |",
             "|" + "|".join("-" * w for w in widths) + "|"]  # fmt: skip
    lines += ["| " + " | ".join(plain(str(cell)) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def pandoc(parts: Sequence[str], path: Path, *, title: str, lang: str) -> None:
    """Write Markdown as ``.docx``, or as it is where `path` ends in ``.md``.

    Raises
    ------
    UserError
        For a place that cannot be written to.
    """
    text = "\n\n".join(parts) + "\n"
    if path.suffix.lower() == ".md":
        save(path, f"# {plain(title)}\n\n{text}".encode())
        return
    import tempfile

    import pypandoc

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.docx"
        pypandoc.convert_text(
            text, "docx", format=_FORMAT, outputfile=str(made),
            extra_args=[f"--metadata=title={title}", f"--metadata=lang={lang}"],
        )  # fmt: skip
        save(path, made.read_bytes())


def _target(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix.lower() not in (".docx", ".md"):
        raise UserError(_("{file}: the name must end in .docx or .md.", file=path.name))
    return path


def codebook_document(framework: Framework, path: str | Path, lang: str) -> Path:
    """Write a framework as a codebook for coders.

    Parameters
    ----------
    framework : Framework
        Any.
    path : str or Path
        ``.docx`` or ``.md``.
    lang : {"id", "en"}
        Language.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib import load_framework
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = codebook_document(load_framework("edwards"), Path(folder) / "cb.md", "en")
    ...     made.read_text(encoding="utf-8").partition(" ")[0]
    '#'
    """
    path = _target(path)
    with language(lang):
        source = _("Source: {source}", source=framework.source)
        version = _("Version {version}", version=framework.version)
        parts = [plain(f"{source} {version}.")]
        if framework.guide:
            parts += [heading(_("How to code")), plain(framework.guide[lang])]
        for dimension in framework.dimensions:
            parts += [heading(dimension.label[lang]), plain(dimension.definition[lang])]
            for item in dimension.indicators:
                parts += _codebook_entry(item, lang)
        title = _("Codebook: {framework}", framework=framework.name[lang])
        pandoc(parts, path, title=title, lang=lang)
    return path


def _codebook_entry(item: Indicator, lang: str) -> list[str]:
    words = valence_words(lang)
    parts = [heading(item.label[lang], 3), plain(item.definition[lang])]
    lines = [(_("Id"), item.id), (_("Also called"), "; ".join(item.aliases))]
    lines += [(_("Code here"), item.include.get(lang, "")),
              (_("Does not belong here"), item.exclude.get(lang, ""))]  # fmt: skip
    lines += [(_("Made-up example, {valence}", valence=words[v]), texts[lang])
              for v, texts in item.anchors.items()]  # fmt: skip
    parts.append("\n".join(f"- **{plain(name)}**: {plain(text)}" for name, text in lines if text))
    return parts


def interview_guide(framework: Framework, path: str | Path, lang: str) -> Path:
    """Write the framework's draft questions as an interview guide.

    Parameters
    ----------
    framework : Framework
        Any with questions.
    path : str or Path
        ``.docx`` or ``.md``.
    lang : {"id", "en"}
        Language.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UserError
        For a framework without questions.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib import load_framework
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = interview_guide(load_framework("grindle"), Path(folder) / "guide.md", "id")
    ...     made.read_text(encoding="utf-8").startswith("# Pedoman wawancara")
    True
    """
    path = _target(path)
    asked = [d for d in framework.dimensions if any(i.questions for i in d.indicators)]
    if not asked:
        raise UserError(_("The framework {framework} has no interview questions.",
                          framework=framework.id))  # fmt: skip
    with language(lang):
        parts = [
            plain(_("Date and place: ____________  Interviewer: ____________  Number of the "
                    "interview (no name): ____________")),
            plain(_("Before you begin: say what the study is for, that taking part is voluntary, "
                    "and what may be quoted; ask for consent, and note it.")),
            plain(_("The questions are a draft. Ask openly, follow what the person says, and ask "
                    "for an example.")),
        ]  # fmt: skip
        number = 0
        for dimension in asked:
            parts.append(heading(dimension.label[lang]))
            for item in dimension.indicators:
                if not item.questions:
                    continue
                parts.append(heading(item.label[lang], 3))
                lines = []
                for question in item.questions[lang]:
                    number += 1
                    lines.append(f"{number}. {plain(question)}")
                parts.append("\n".join(lines))
        title = _("Interview guide: {framework}", framework=framework.name[lang])
        pandoc(parts, path, title=title, lang=lang)
    return path
