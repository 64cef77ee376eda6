"""YAML files that people write by hand: read with line numbers, so that a fault can be found."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bantar_lib.errors import UserError
from bantar_lib.words import room_words

_ = room_words("yaml_file")


class Entries(dict[str, Any]):
    """A mapping of a YAML file that knows the line it starts on (`line`, from 1)."""

    line: int = 1


def fault(path: Path, line: int, message: str) -> UserError:
    """Return the error for one line of a file; `message` says what is wrong and the remedy.

    Examples
    --------
    >>> str(fault(Path("data/frameworks/mine.yml"), 3, "“label” is missing; add it."))
    'mine.yml:3: “label” is missing; add it.'
    """
    return UserError(f"{path.name}:{line}: {message}")


def read_yaml(path: Path) -> Entries:
    """Read a file whose top is a mapping.

    Parameters
    ----------
    path : Path
        UTF-8, with or without a byte-order mark.

    Returns
    -------
    Entries
        Every mapping in it is an :class:`Entries` too.

    Raises
    ------
    UserError
        For another encoding, text that is not YAML, a key that stands twice in one entry (PyYAML
        would keep the last without a word), or a file without keys. It names file and line.

    Examples
    --------
    >>> from bantar_lib.places import shared_folder
    >>> read_yaml(shared_folder("data") / "frameworks" / "edwards.yml")["id"]
    'edwards'
    """
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """A loader of our own, so that the constructor below is not given to everybody's."""

    def entries(loader: Any, node: Any) -> Entries:
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    line = key.start_mark.line + 1
                    twice = _("“{key}” stands twice in one entry; delete one.", key=key.value)
                    raise fault(path, line, twice)
                seen.add(key.value)
        found = Entries(loader.construct_mapping(node, deep=True))
        found.line = node.start_mark.line + 1
        return found

    Loader.add_constructor("tag:yaml.org,2002:map", entries)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise fault(path, 1, _("not UTF-8; save the file with that encoding.")) from None
    try:
        raw = yaml.load(text, Loader)
    except UserError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        wrong = what_is_wrong(text, error)
        remedy = wrong.remedy[:1].lower() + wrong.remedy[1:]
        raise fault(path, wrong.line or 1, f"{wrong.message}; {remedy}") from None
    if not isinstance(raw, Entries):
        raise fault(path, 1, _("no “key: value” lines at the top of the file; add them."))
    return raw


class Wrong(NamedTuple):
    """Why a text is not YAML: on which line (from 1; None where nobody knows), and the remedy."""

    line: int | None
    message: str
    remedy: str


def what_is_wrong(text: str, error: Exception) -> Wrong:
    r"""Say in the user's language why a text could not be read as YAML.

    Parameters
    ----------
    text : str
        The file's text.
    error : Exception
        What PyYAML raised for it: a ``YAMLError``, or ``ValueError`` for a date that is none.

    Examples
    --------
    >>> import yaml
    >>> text = "a: 1\n\tb: 2\n"
    >>> try:
    ...     yaml.safe_load(text)
    ... except yaml.YAMLError as error:
    ...     wrong = what_is_wrong(text, error)
    >>> wrong.line
    2
    """
    lines = re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)
    for look in (_open_quote, _tab, _control_character, _no_date):
        if (found := look(lines, error)) is not None:
            return found
    said = str(getattr(error, "problem", ""))
    here = getattr(error, "problem_mark", None)
    for pattern, explain in _EXPLAINED:
        if here is not None and re.search(pattern, said):
            # Where something was opened that is not closed, its beginning is the place to look.
            begun = getattr(error, "context_mark", None) or here
            return explain(lines, here, begun)
    return Wrong(
        here.line + 1 if here else None,
        _("cannot be read as YAML"),
        _("Look at this line and the one above: indent with spaces, and put text that holds a "
          "colon or begins with a sign in quotation marks."),
    )  # fmt: skip


def _open_quote(lines: list[str], _error: Exception) -> Wrong | None:
    """Find the quotation mark that swallowed what follows.

    It closes at the next one in the file, which was meant to open: a text follows it at once.
    """
    import yaml

    try:
        for token in yaml.scan("\n".join(lines), yaml.SafeLoader):
            if not isinstance(token, yaml.ScalarToken) or token.style not in ("'", '"'):
                continue
            after = lines[token.end_mark.line][token.end_mark.column :].lstrip()
            if after[:1] and after[0] not in ",:]}#":
                if token.start_mark.line != token.end_mark.line:
                    return _not_closed(token.start_mark.line)
                return Wrong(token.start_mark.line + 1,
                             _("text follows a closing quotation mark"),
                             _("Write a quotation mark inside a text twice, or put quotation "
                               "marks of the other kind around the text."))  # fmt: skip
    except yaml.MarkedYAMLError as error:
        begun = error.context_mark
        if begun and "quoted" in str(error.context) and "unexpected" in str(error.problem):
            return _not_closed(begun.line)
    except yaml.YAMLError:
        pass  # of another kind, which the others explain
    return None


def _not_closed(line: int) -> Wrong:
    return Wrong(line + 1, _("the quotation mark is not closed"),
                 _("Close it at the end of the text."))  # fmt: skip


def _tab(lines: list[str], error: Exception) -> Wrong | None:
    mark = getattr(error, "problem_mark", None)
    if mark is None or mark.line >= len(lines):
        return None
    line = lines[mark.line]
    if not line.lstrip(" ").startswith("\t") and line[mark.column :][:1] != "\t":
        return None
    return Wrong(mark.line + 1, _("a tab stands here"), _("Use spaces instead."))


def _control_character(lines: list[str], error: Exception) -> Wrong | None:
    """Find a character that no YAML file may hold; the reader tells it by its number."""
    code = getattr(error, "character", None)
    if not isinstance(code, int):
        return None
    line = next((n for n, text in enumerate(lines, 1) if chr(code) in text), None)
    return Wrong(line, _("holds a sign that cannot be seen"),
                 _("Delete it, or type the line again."))  # fmt: skip


def _no_date(lines: list[str], error: Exception) -> Wrong | None:
    if not isinstance(error, ValueError):
        return None
    for n, line in enumerate(lines, 1):
        for found in re.finditer(r"\b([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\b", line):
            try:
                date(*map(int, found.groups()))
            except ValueError:
                return Wrong(n, _("{text} is no date", text=found[0]),
                             _("Correct it, or put it in quotation marks."))  # fmt: skip
    return None


def _in_the_way(lines: list[str], here: Any, _begun: Any) -> Wrong:
    if ":" in lines[here.line][: here.column]:
        return Wrong(here.line + 1, _("a colon stands inside a text"),
                     _("Put the text in quotation marks."))  # fmt: skip
    return _indented(lines, here, _begun)


def _indented(lines: list[str], here: Any, _begun: Any) -> Wrong:
    line = lines[here.line] if here.line < len(lines) else ""
    if (sign := line[here.column :][:1]) in ("}", "]", ","):
        return Wrong(here.line + 1, _("“{sign}” closes or parts nothing", sign=sign),
                     _("Delete it, or open the bracket before it."))  # fmt: skip
    return Wrong(here.line + 1, _("the line is not indented like those it belongs to"),
                 _("Let it begin under them, with spaces."))  # fmt: skip


def _bracket(lines: list[str], _here: Any, begun: Any) -> Wrong:
    sign = lines[begun.line][begun.column :][:1]
    return Wrong(begun.line + 1,
                 _("the bracket “{sign}” is not closed, or a comma is missing in it", sign=sign),
                 _("Close it, or put a comma between the entries."))  # fmt: skip


def _begins_with(lines: list[str], _here: Any, begun: Any) -> Wrong:
    sign = lines[begun.line][begun.column :][:1]
    return Wrong(begun.line + 1, _("a text must not begin with “{sign}”", sign=sign),
                 _("Put the text in quotation marks."))  # fmt: skip


def _colon_missing(_lines: list[str], _here: Any, begun: Any) -> Wrong:
    return Wrong(begun.line + 1, _("a colon is missing after the key"),
                 _("Write key: text, and indent a text that goes on."))  # fmt: skip


def _backslash(_lines: list[str], here: Any, _begun: Any) -> Wrong:
    return Wrong(here.line + 1, _("a backslash stands in double quotation marks"),
                 _("Write it twice, or use single quotation marks."))  # fmt: skip


def _second_part(_lines: list[str], here: Any, _begun: Any) -> Wrong:
    return Wrong(here.line + 1, _("“---” begins a second document"), _("Delete this line."))


def _no_key(_lines: list[str], here: Any, _begun: Any) -> Wrong:
    return Wrong(here.line + 1, _("a bracket stands where a key should"),
                 _("Put the text in quotation marks."))  # fmt: skip


def _list_behind_key(_lines: list[str], here: Any, _begun: Any) -> Wrong:
    return Wrong(here.line + 1, _("a list begins behind its key"),
                 _("Begin the list on the next line."))  # fmt: skip


_EXPLAINED: tuple[tuple[str, Callable[[list[str], Any, Any], Wrong]], ...] = (
    ("mapping values are not allowed", _in_the_way),
    ("expected ',' or", _bracket),
    ("escape", _backslash),
    ("another document", _second_part),
    ("unhashable", _no_key),
    ("sequence entries are not allowed", _list_behind_key),
    ("expected ':'", _colon_missing),
    ("cannot start any token|undefined alias|constructor for the tag|directive|chomping"
     "|comment or (a )?line break", _begins_with),
    ("expected key|block end|'-' indicator", _indented),
)  # fmt: skip
"""What PyYAML says (in Python and in C) → what it means to who wrote the file."""
