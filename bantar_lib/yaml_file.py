"""YAML files that people write by hand: read with line numbers, so that a fault can be found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
        raw = yaml.load(path.read_bytes().decode("utf-8-sig"), Loader)
    except UnicodeDecodeError:
        raise fault(path, 1, _("not UTF-8; save the file with that encoding.")) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        unreadable = _(
            "not readable as YAML; check indentation, colons and quotation marks here and just "
            "above."
        )
        raise fault(path, mark.line + 1 if mark else 1, unreadable) from None
    if not isinstance(raw, Entries):
        raise fault(path, 1, _("no “key: value” lines at the top of the file; add them."))
    return raw
