"""A coder's own log, to write in: codings, and codes that the coder makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from bantar_lib.coding import history
from bantar_lib.coding.documents import find_document, read_document
from bantar_lib.coding.journal import add_events, line_of, new_event
from bantar_lib.coding.log import logs, read_log
from bantar_lib.coding.spans import SPAN_KEYS, text_hash
from bantar_lib.coding.state import CHANGEABLE, Code, Event, State, state_of, undone
from bantar_lib.errors import UserError
from bantar_lib.study import Study, load_study
from bantar_lib.study.problems import choose_from
from bantar_lib.study.release import releases
from bantar_lib.study.tables import VALENCES
from bantar_lib.words import room_words

_ = room_words("coding")

FREE = "new"
"""What the id of a code begins with that was made free of the framework."""
_NO_ACTION = ("undo", "repair")


class CodingLog:
    """One coder's log, opened to add to it. Nothing in it is ever rewritten.

    Each method writes its event at once and returns the event's id. Every coder has a file of
    his or her own, ``codings/<coder>.jsonl``, so that git merges the work of several people
    without a conflict; describe the coder in ``coders.csv``.

    Parameters
    ----------
    study : Study, str or Path
        A study, its name or its folder.
    coder : str
        Letters, digits, ``_`` and ``-``: it names the file.
    private : bool
        Write to ``private/codings/`` instead, which git ignores: for sources whose ``release``
        is ``none``.

    Raises
    ------
    UserError
        For a name that cannot be a file's.

    Examples
    --------
    >>> from shutil import copytree
    >>> from tempfile import mkdtemp
    >>> from bantar_lib.study import find_study
    >>> log = CodingLog(copytree(find_study("kampung_bantar"), Path(mkdtemp(), "copy")), "ani")
    >>> care = log.make("Care for the lane", memo="What residents do unasked")
    >>> coding = log.code("F05", care, "supports")
    >>> _event = log.undo()
    >>> len(log.codings), log.codes
    (0, {'new.care_for_the_lane': 'Care for the lane'})
    >>> _event = log.redo()
    >>> [c["code"] for c in log.codings]
    ['new.care_for_the_lane']
    """

    def __init__(self, study: Study | str | Path, coder: str, *, private: bool = False) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", coder):
            raise UserError(
                _("“{coder}” cannot name a log; use letters, digits, “_” and “-” only.",
                  coder=coder))  # fmt: skip
        self.study = study if isinstance(study, Study) else load_study(study)
        self.coder, self.private = coder, private
        shared = self.study.path / "codings" / f"{coder}.jsonl"
        secret = self.study.path / "private" / "codings" / f"{coder}.jsonl"
        self.path, self._other = (secret, shared) if private else (shared, secret)
        self._indicators = tuple(i.id for i in self.study.framework.indicators)
        self._sources = self.study.table("sources").set_index("source_id")
        self._segments = self.study.table("segments").set_index("segment_id")
        self._sizes = (-1, -1)
        self._events: list[Event] = []
        self._state = State()

    # What holds

    @property
    def events(self) -> list[Event]:
        """All events of this file, in order."""
        self._read()
        return list(self._events)

    @property
    def codings(self) -> list[Event]:
        """The codings that hold, each as its event with what changed since."""
        return self._now().live()

    @property
    def codes(self) -> dict[str, str]:
        """The coder's own codes in force: id → label."""
        return {c.id: c.label for c in self._now().codes.values() if not c.ended}

    @property
    def made(self) -> list[Code]:
        """The same codes with parent and memo."""
        return [code for code in self._now().codes.values() if not code.ended]

    def history(self) -> pd.DataFrame:
        """Return what was done, in words: at, what, undone, event."""
        return history.history(self.events, self.study.framework)

    def _now(self) -> State:
        self._read()
        return self._state

    def _read(self) -> None:
        sizes = (_size(self.path), _size(self._other))
        if sizes != self._sizes:  # another program wrote, or this is the first look
            self._events = read_log(self.path) if sizes[0] else []
            self._state, self._sizes = state_of(self._both(self._events)), sizes

    def _both(self, own: list[Event]) -> list[Event]:
        """Return the events of both of the coder's logs, the private one's last."""
        other = read_log(self._other) if _size(self._other) else []
        return [*other, *own] if self.private else [*own, *other]

    def _add(self, kind: str, **values: Any) -> str:
        event = new_event(kind, **values)
        before, other = self._sizes
        add_events(self.path, event)
        if kind != "undo" and _size(self.path) == before + len(line_of(event)):
            # Nobody else wrote in between: what holds is known without reading all again.
            self._events.append(event)
            self._state.apply(event)
            self._sizes = (_size(self.path), other)
        else:
            self._sizes = (-1, -1)
        return str(event["id"])

    # Codings

    def code(
        self,
        what: str | Mapping[str, Any],
        code: str,
        valence: str,
        *,
        directness: str = "",
        evidence_type: str = "",
        memo: str = "",
        source: str = "",
        district: str = "",
        settles: Iterable[str] = (),
    ) -> str:
        """Give a segment or a span of a document a code.

        Parameters
        ----------
        what : str or mapping
            A segment's id, or a span from :func:`~.spans.anchor`.
        code : str
            An indicator of the framework, or one of the coder's own codes.
        valence : str
            supports, inhibits, mixed or neutral.
        directness, evidence_type, memo : str
            As the coder sees it.
        source, district : str
            Of a span: whose words it holds (by default the source that the document is called
            after), and the district it speaks of (code, name or alias; blank: the programme as
            a whole).
        settles : iterable of str
            The codings of others that this one settles.

        Returns
        -------
        str
            The id of the coding.

        Raises
        ------
        UserError
            For a segment, code, valence, source or district that does not exist; or where the
            source may not be released and this log is shared.
        """
        values = {"code": self._known(code), "valence": self._valence(valence)}
        place: dict[str, Any] = {}
        if isinstance(what, str):
            if what not in self._segments.index:
                raise self._unknown(what, "segment_id", self._segments.index)
            place["segment"] = what
            of = str(self._segments.at[what, "source_id"])
        else:
            span = {key: what[key] for key in SPAN_KEYS}
            of = source or Path(str(span["document"])).stem
            if of not in self._sources.index:
                raise self._unknown(of, "source_id", self._sources.index)
            place = {"span": span, "source": of}
            place["district"] = self.study.district(district)["district_id"] if district else None
        self._may_be_shared(of)
        return self._add(
            "code", **place, **values, directness=directness or None,
            evidence_type=evidence_type or None, memo=memo or None, settles=list(settles) or None,
        )  # fmt: skip

    def uncode(self, of: str) -> str:
        """Take a coding away."""
        return self._add("uncode", of=self._held(of))

    def memo(self, of: str, text: str) -> str:
        """Write a note on a coding; it takes the place of the one before."""
        return self._add("memo", of=self._held(of), memo=text)

    def change(self, of: str, **values: str) -> str:
        """Set code, valence, directness, evidence_type or memo of a coding anew."""
        for key in values:
            if key not in CHANGEABLE:
                raise self._unknown(key, "change", CHANGEABLE)
        if "code" in values:
            values["code"] = self._known(values["code"])
        if "valence" in values:
            self._valence(values["valence"])
        return self._add("change", of=self._held(of), **values)

    def reanchor(self, of: str, span: Mapping[str, Any]) -> str:
        """Confirm where a coded span stands now that its document was edited.

        Parameters
        ----------
        of : str
            The coding.
        span : mapping
            From :func:`~.spans.anchor` on the document as it is now.

        Raises
        ------
        UserError
            For a coding of a segment, or a span that the document does not hold.
        """
        held = self._now().codings[self._held(of)]
        if "span" not in held:
            raise UserError(_("Coding {id} is of a segment, not of a span of a document.", id=of))
        document = read_document(find_document(self.study, str(span["document"])))
        there = document.text[int(span["start"]) : int(span["end"])]
        if span["sha256"] != text_hash(document.text) or there != span["quote"]:
            raise UserError(
                _("{file} does not hold this span; mark it in the document as it is now.",
                  file=span["document"]))  # fmt: skip
        return self._add("reanchor", of=of, span={key: span[key] for key in SPAN_KEYS})

    # Undo

    def undo(self, of: str | None = None) -> str:
        """Take back the last step, or the event `of`.

        Raises
        ------
        UserError
            Where there is nothing to undo, or codings hold a code that would then not exist.
        """
        events = self.events
        gone = undone(events)
        steps = [e for e in events if e["event"] not in _NO_ACTION and e.get("id") not in gone]
        chosen = [e for e in steps if of in (None, e.get("id"))]
        if not chosen:
            raise UserError(_("There is nothing to undo."))
        target = str(chosen[-1]["id"])
        after = state_of(self._both([*events, {"event": "undo", "of": target}]))
        missing = self._now().codes.keys() - after.codes.keys()
        held = [c["code"] for c in after.live() if c.get("code") in missing]
        held += [c.parent for c in after.codes.values() if c.parent in missing]
        if held:
            raise UserError(
                _("{code} is in use; give its codings another code, and move what stands under it, "
                  "before you undo it.", code=held[0]))  # fmt: skip
        return self._add("undo", of=target)

    def redo(self) -> str:
        """Do again what was undone last; after a new step there is nothing to redo."""
        events = self.events
        gone = undone(events)
        kind = {e.get("id"): e["event"] for e in events}
        waiting: list[Event] = []
        for event in events:
            if event["event"] == "undo" and kind.get(event["of"]) != "undo":
                waiting.append(event)
            elif event["event"] not in _NO_ACTION:
                waiting = []
        waiting = [e for e in waiting if e.get("id") not in gone]
        if not waiting:
            raise UserError(_("There is nothing to redo."))
        return self._add("undo", of=waiting[-1]["id"])

    # Codes of one's own

    def make(self, label: str, *, under: str = "", memo: str = "") -> str:
        """Make a code and return its id, which it keeps: ``new.<slug>`` or ``<under>.<slug>``.

        Parameters
        ----------
        label : str
            What it is called.
        under : str
            An indicator or another code; without it the code is free of the framework.
        memo : str
            What is meant by it.

        Raises
        ------
        UserError
            For a blank label, one that is in use under the same parent, or an unknown parent.
        """
        code = self._free_id(label, under)
        parent = self._known(under) if under else ""
        self._add("make", code=code, label=label.strip(), parent=parent, memo=memo or None)
        return code

    def adopt(self, code: str) -> None:
        """Take over a code that another coder made, with its id, label and parents.

        Raises
        ------
        UserError
            Where nobody made it.
        """
        if code in self._indicators or code in self.codes:
            return
        for events in logs(self.study).values():
            made = state_of(events).codes.get(code)
            if made and not made.ended:
                if made.parent:
                    self.adopt(made.parent)
                self._add("make", code=code, label=made.label, parent=made.parent,
                          memo=made.memo or None)  # fmt: skip
                return
        raise self._unknown(code, "code", [*self._indicators, *self.codes])

    def rename(self, code: str, label: str) -> str:
        """Call a code otherwise; its id stays."""
        if not label.strip():
            raise UserError(_("A code needs a label."))
        return self._add("rename", code=self._own(code), label=label.strip())

    def move(self, code: str, under: str = "") -> str:
        """Put a code under another or, without `under`, free of the framework; its id stays."""
        own, parent = self._own(code), self._known(under) if under else ""
        state, above = self._now(), parent
        while above in state.codes:
            if above == own:
                raise UserError(_("{code} stands under {under} already; it cannot go above it.",
                                  code=under, under=code))  # fmt: skip
            above = state.now(state.codes[above].parent)
        return self._add("move", code=own, parent=parent)

    def merge(self, codes: Iterable[str], into: str) -> str:
        """Lead the codings of some codes to another, which may be an indicator."""
        target = self._known(into)
        merged = [self._own(code) for code in codes if code != target]
        if not merged:
            raise UserError(_("Name the codes to merge, and another to merge them into."))
        return self._add("merge", codes=merged, into=target)

    def split(self, code: str, parts: Mapping[str, Iterable[str]]) -> str:
        """Divide a code; it ends, and its codings go to the parts.

        Parameters
        ----------
        code : str
            One of the coder's own.
        parts : mapping
            Label of each part → the codings (ids) that go to it.

        Raises
        ------
        UserError
            For fewer than two parts, or a coding that no part or more than one takes.
        """
        own, state = self._own(code), self._now()
        holds = [c["id"] for c in state.live() if c.get("code") == own]
        shares = {label: list(ids) for label, ids in parts.items()}
        given = [of for ids in shares.values() for of in ids]
        if len(shares) < 2 or sorted(given) != sorted(holds):
            raise UserError(
                _("Split {code} into two parts or more, and give each of its {n} codings to one "
                  "of them: {ids}.", code=own, n=len(holds), ids=", ".join(holds) or "–")
            )  # fmt: skip
        made: dict[str, dict[str, Any]] = {}
        for label, ids in shares.items():
            part = self._free_id(label, state.codes[own].parent, made)
            made[part] = {"code": part, "label": label.strip(), "codings": ids}
        return self._add("split", code=own, parts=list(made.values()))

    # Checks

    def _free_id(self, label: str, under: str, taken: Iterable[str] = ()) -> str:
        plain = unicodedata.normalize("NFKD", label.casefold())
        slug = re.sub(r"\W+", "_", re.sub(r"[^\w\s.-]", "", plain, flags=re.ASCII)).strip("_")
        if not label.strip():
            raise UserError(_("A code needs a label."))
        stem = f"{under or FREE}.{slug or 'code'}"
        state = self._now()
        same = state.codes.get(stem)
        if stem in taken or (same and not same.ended and same.label == label.strip()):
            raise UserError(_("There is a code {code} already; use it, or choose another label.",
                              code=stem))  # fmt: skip
        code, n = stem, 1
        while code in state.codes or code in self._indicators or code in taken:
            n += 1
            code = f"{stem}_{n}"
        return code

    def _known(self, code: str) -> str:
        state = self._now()
        own = [c.id for c in state.codes.values() if not c.ended]
        if code not in self._indicators and code not in own:
            raise self._unknown(code, "code", [*self._indicators, *own])
        return code

    def _own(self, code: str) -> str:
        if code in self._indicators:
            raise UserError(_("{code} belongs to the framework; only your own codes can be "
                              "renamed, moved, merged or split.", code=code))  # fmt: skip
        return self._known(code)

    def _held(self, of: str) -> str:
        if of not in self._now().codings:
            raise UserError(_("No coding {id} holds in the log of {coder}.",
                              id=of, coder=self.coder))  # fmt: skip
        return of

    def _valence(self, valence: str) -> str:
        if valence not in VALENCES:
            raise self._unknown(valence, "valence", VALENCES)
        return valence

    def _may_be_shared(self, source: str) -> None:
        if releases(self.study).get(source) == "none" and not self.private:
            raise UserError(
                _("Nothing of {source} may be released; open the log with private=True.",
                  source=source))  # fmt: skip

    @staticmethod
    def _unknown(word: str, column: str, known: Iterable[str]) -> UserError:
        return UserError(f"{column}: " + _("“{word}” is not known.", word=word)
                         + " " + choose_from(word, known))  # fmt: skip


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
