"""The coder's desk: one document, one coding log, and the requests that the widget makes.

Nothing is kept here: every request reads what the log says now and writes through it, so that
the answer tells what is on the disk, whichever program wrote it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bantar_lib.coding import CodingLog, anchor, find_again, logs
from bantar_lib.coding.history import history
from bantar_lib.coding.state import Event, state_of, undone
from bantar_lib.coding.units import sentences
from bantar_lib.errors import UserError
from bantar_lib.lab.matches import word_matches
from bantar_lib.lab.paragraphs import paragraphs
from bantar_lib.lab.practice import is_bundled
from bantar_lib.lab.shelf import take_down
from bantar_lib.study import Study
from bantar_lib.words import current_language, room_words

_ = room_words("lab")

Answer = dict[str, Any]
_CODES = ("make", "rename", "move", "merge", "split")
_SOUGHT = 400
"""Edited places that are remembered between two looks at the log."""


class Desk:
    """One coder at one document.

    Parameters
    ----------
    study : Study
        The study to code in; one that came with the library is not written to.
    document : str
        A file of ``documents/`` or ``private/``; blank: the first.
    coder : str
        Whose log is written.
    source : str
        The source whose words the document holds, where the study does not say so.
    district : str
        The district that codings speak of; blank: the programme as a whole.
    blind : bool, optional
        Hide what others coded. By default as the table ``coders`` says, and for a coder whom it
        does not name, hidden.

    Raises
    ------
    UserError
        For a study that came with the library, a document, source or district that does not
        exist, a log that cannot be read, or `blind` against the table ``coders``.
    """

    def __init__(
        self,
        study: Study,
        document: str,
        coder: str,
        *,
        source: str = "",
        district: str = "",
        blind: bool | None = None,
    ) -> None:
        if is_bundled(study.path):
            raise UserError(_("{study} came with the library and is not written to; code in a "
                              "copy: load_study(practice_copy(\"{study}\")).",
                              study=study.id))  # fmt: skip
        self.study, self.coder = study, coder
        self.shelved = take_down(study, document, source=source)
        self.document, self.text = self.shelved.name, self.shelved.content.text
        self.district = study.district(district)["district_id"] if district else ""
        self.blind = _blindness(study, coder, blind)
        self.log = CodingLog(study, coder, private=self.shelved.private)
        self.paragraphs = paragraphs(self.text)
        self._found: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.codings()  # a log that cannot be read is said now, not at the first click

    # What holds

    def codings(self) -> list[dict[str, Any]]:
        """Return the coder's own codings of this document, in its order."""
        return self._placed(self.log.codings, self.coder)

    def others(self) -> list[dict[str, Any]]:
        """Return the codings of the others, unless the coder works blind."""
        if self.blind:
            return []
        found = []
        for name, events in logs(self.study).items():
            if name != self.coder:
                state = state_of(events)
                labels = {c.id: c.label for c in state.codes.values()}
                found += [coding | {"label": labels.get(coding["code"], "")}
                          for coding in self._placed(state.live(), name)]  # fmt: skip
        return sorted(found, key=_place)

    def _placed(self, events: list[Event], coder: str) -> list[dict[str, Any]]:
        own = [e for e in events if (e.get("span") or {}).get("document") == self.document]
        placed = [
            {"id": e["id"], "coder": coder, "code": e.get("code", ""),
             "valence": e.get("valence", ""), "memo": e.get("memo") or "",
             **self._where(e["span"])}
            for e in own
        ]  # fmt: skip
        return sorted(placed, key=_place)

    def _where(self, span: Mapping[str, Any]) -> dict[str, Any]:
        start, end, quote = int(span["start"]), int(span["end"]), str(span["quote"])
        if span["sha256"] == self.shelved.content.sha256 and self.text[start:end] == quote:
            return {"start": start, "end": end, "quote": quote, "status": "exact"}
        key = (start, end, quote, span.get("prefix"), span.get("suffix"))
        if key not in self._found:
            if len(self._found) >= _SOUGHT:
                self._found.clear()
            found = find_again(span, self.text)
            self._found[key] = {"start": found.start, "end": found.end, "quote": quote,
                                "status": found.status}  # fmt: skip
        return self._found[key]

    def state(self) -> Answer:
        """Return what can change: codings, the coder's own codes, and what can be undone."""
        steps, waiting = self._steps()
        return {
            "codings": self.codings(),
            "codes": [{"id": c.id, "label": c.label, "under": c.parent, "memo": c.memo}
                      for c in self.log.made],
            "undo": str(steps[-1]["id"]) if steps else "",
            "redo": str(waiting[-1]["id"]) if waiting else "",
        }  # fmt: skip

    def opened(self) -> Answer:
        """Return everything that the widget shows when it opens."""
        lang = current_language()
        framework = self.study.framework
        return {
            **self.state(),
            "others": self.others(),
            "document": self.document,
            "coder": self.coder,
            "study": self.study.text("title", lang),
            "path": str(self.log.path),
            "private": self.shelved.private,
            "blind": self.blind,
            "described": self.coder in set(self.study.table("coders")["coder_id"]),
            "district": self.study.district(self.district)["name"] if self.district else "",
            "paragraphs": [[p.start, p.text, p.gap] for p in self.paragraphs],
            "sentences": sentences(self.text),
            "dimensions": [
                {"id": d.id, "label": d.label[lang], "definition": d.definition[lang],
                 "indicators": [
                     {"id": i.id, "label": i.label[lang], "definition": i.definition[lang],
                      "include": i.include.get(lang, ""), "exclude": i.exclude.get(lang, ""),
                      "examples": {v: t[lang] for v, t in i.anchors.items()}}
                     for i in d.indicators]}
                for d in framework.dimensions],
        }  # fmt: skip

    # Requests

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """Do what the widget asks for; return what holds then, or in words why it was not done.

        Parameters
        ----------
        request : mapping
            ``do``: open, refresh, code, edit, delete, confirm, make, undo, redo or matches; with
            the further keys of the method of that name.

        Returns
        -------
        dict
            ``ok``; ``state``, ``opened`` or ``matches``; ``said``, what was done; ``fault``.
        """
        step = getattr(self, f"_do_{request.get('do')}", None)
        if step is None:
            return {"ok": False, "fault": f"do: {request.get('do')!r}"}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            try:
                answer: Answer = {"ok": True, **step(request)}
            except UserError as fault:
                answer = {"ok": False, "fault": str(fault), "state": self._state_or_none()}
            except (KeyError, TypeError, ValueError) as fault:  # no request of ours
                answer = {"ok": False, "fault": f"{type(fault).__name__}: {fault}"}
        notes = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
        return answer | {"notes": list(dict.fromkeys(notes))}

    def _state_or_none(self) -> Answer | None:
        with suppress(UserError):  # the log itself may be what cannot be read
            return self.state()
        return None

    def _do_open(self, _request: Mapping[str, Any]) -> Answer:
        return {"opened": self.opened()}

    def _do_refresh(self, _request: Mapping[str, Any]) -> Answer:
        return {"state": self.state() | {"others": self.others()}}

    def _do_code(self, request: Mapping[str, Any]) -> Answer:
        span = anchor(self.text, int(request["start"]), int(request["end"]),
                      document=self.document)  # fmt: skip
        code, valence = str(request["code"]), str(request["valence"])
        memo = str(request.get("memo") or "").strip()
        for held in self.codings():
            if (held["start"], held["end"], held["code"]) == (span["start"], span["end"], code):
                # Asked again because the answer to the first time was lost: it is in the log.
                if (held["valence"], held["memo"]) == (valence, memo):
                    return self._done(_("This coding is in the log already."), of=held["id"])
                raise UserError(_("This passage holds this code already; change that coding "
                                  "instead."))  # fmt: skip
        of = self.log.code(span, code, valence, memo=memo, source=self.shelved.source,
                           district=self.district)  # fmt: skip
        return self._done(_("Saved: {what}", what=self._last()), of=of)

    def _do_edit(self, request: Mapping[str, Any]) -> Answer:
        held = self._held(request)
        new = {key: str(request[key]).strip() for key in ("code", "valence", "memo")
               if str(request[key]).strip() != held[key]}  # fmt: skip
        if not new:
            return self._done(_("Nothing was changed."))
        self.log.change(held["id"], **new)
        return self._done(_("Saved: {what}", what=self._last()), of=held["id"])

    def _do_delete(self, request: Mapping[str, Any]) -> Answer:
        self.log.uncode(self._held(request)["id"])
        return self._done(_("Saved: {what}", what=self._last()))

    def _do_confirm(self, request: Mapping[str, Any]) -> Answer:
        held = self._held(request)
        if held["start"] is None:
            raise UserError(_("These words stand nowhere in the document now; delete the coding, "
                              "or code the passage anew."))  # fmt: skip
        self.log.reanchor(held["id"], anchor(self.text, held["start"], held["end"],
                                             document=self.document))  # fmt: skip
        return self._done(_("Saved: {what}", what=self._last()), of=held["id"])

    def _do_make(self, request: Mapping[str, Any]) -> Answer:
        code = self.log.make(str(request["label"]), under=str(request.get("under") or ""),
                             memo=str(request.get("memo") or "").strip())  # fmt: skip
        return self._done(_("Saved: {what}", what=self._last()), code=code)

    def _do_undo(self, request: Mapping[str, Any]) -> Answer:
        return self._turn(request, self._steps()[0])

    def _do_redo(self, request: Mapping[str, Any]) -> Answer:
        return self._turn(request, self._steps()[1])

    def _turn(self, request: Mapping[str, Any], last: list[Event]) -> Answer:
        """Take back the step, or the undo, that the page showed as the last one.

        The page names it, so that a request that is asked again, because its answer was lost,
        takes nothing further back.
        """
        of = str(request["of"])
        if of in undone(self.log.events):
            return self._done(_("This is in the log already."))
        if not last or of != last[-1]["id"]:
            raise UserError(_("The log went on meanwhile; look at the codings as they are now, "
                              "then do it again."))  # fmt: skip
        if request["do"] == "undo":
            self.log.undo(of)
        else:
            self.log.redo()
        return self._done(_("Saved: {what}", what=self._last()))

    def _do_matches(self, request: Mapping[str, Any]) -> Answer:
        found = word_matches(self.study.framework, str(request["code"]), self.paragraphs)
        return {"matches": [[m.paragraph, list(m.words)] for m in found]}

    def _held(self, request: Mapping[str, Any]) -> dict[str, Any]:
        for coding in self.codings():
            if coding["id"] == request["of"]:
                return coding
        raise UserError(_("This coding is no longer there: it was taken away elsewhere."))

    def _done(self, said: str, **more: Any) -> Answer:
        return {"said": said, "state": self.state(), **more}

    def _last(self) -> str:
        return str(history(self.log.events, self.study.framework)["what"].iloc[-1])

    def _steps(self) -> tuple[list[Event], list[Event]]:
        """Return the steps that undo can take back here, and the one that redo would do again.

        Steps in other documents are theirs to undo; making and arranging codes is everybody's.
        """
        events = self.log.events
        gone = undone(events)
        here = {e["id"] for e in events
                if e["event"] == "code"
                and (e.get("span") or {}).get("document") == self.document}  # fmt: skip
        mine = {e["id"] for e in events if "id" in e
                and (e["event"] in _CODES or e["id"] in here or e.get("of") in here)}  # fmt: skip
        steps = [
            e
            for e in events
            if e.get("id") in mine and e["id"] not in gone and e["event"] != "undo"
        ]
        kind = {e.get("id"): e["event"] for e in events}
        waiting: list[Event] = []
        for event in events:  # what a redo of the log would take, see CodingLog.redo
            if event["event"] == "undo" and kind.get(event["of"]) != "undo":
                waiting.append(event)
            elif event["event"] not in ("undo", "repair"):
                waiting = []
        waiting = [e for e in waiting if e.get("id") not in gone]
        return steps, [e for e in waiting[-1:] if e["of"] in mine]


def _place(coding: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return by what codings are put in order: place, the longer first; unplaced ones last."""
    start, end = coding["start"], coding["end"]
    return (start is None, start or 0, -(end or 0), coding["id"])


def _blindness(study: Study, coder: str, blind: bool | None) -> bool:
    table = study.table("coders").set_index("coder_id")["blind"]
    if coder not in table.index:
        return blind is None or blind
    recorded = bool(table[coder])
    if recorded and blind is False:
        raise UserError(_("The table coders says that {coder} codes blind; change it there before "
                          "you look at what others coded.", coder=coder))  # fmt: skip
    return recorded if blind is None else blind
