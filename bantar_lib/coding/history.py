"""A coder's log in words: what was done, step by step, and what of it was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from bantar_lib.coding.state import CHANGEABLE, Event, undone
from bantar_lib.frameworks import Framework
from bantar_lib.words import current_language, room_words

_ = room_words("coding")

_LONGEST_QUOTE = 60


def history(events: Iterable[Event], framework: Framework) -> pd.DataFrame:
    """Return the events of one log in words, in the current language.

    Parameters
    ----------
    events : iterable of dict
        From :func:`~.log.read_log`.
    framework : Framework
        For the names of its indicators.

    Returns
    -------
    pandas.DataFrame
        at, what, undone (whether it was taken back since), event (its id).

    Examples
    --------
    >>> from bantar_lib import load_framework
    >>> from bantar_lib.words import language
    >>> made = {"id": "1", "event": "make", "code": "new.pride", "label": "Pride"}
    >>> with language("en"):
    ...     history([made], load_framework("grindle"))["what"].tolist()
    ['made the code “Pride”']
    """
    events = list(events)
    gone = undone(events)
    teller = _Teller(framework)
    rows = [
        (event.get("at", ""), teller.tell(event), event.get("id") in gone, event.get("id", ""))
        for event in events
    ]
    return pd.DataFrame(rows, columns=["at", "what", "undone", "event"])


class _Teller:
    """Tells one event after another, calling everything as it was called at that time."""

    def __init__(self, framework: Framework) -> None:
        lang = current_language()
        self.labels = {i.id: i.label[lang] for i in framework.indicators}
        self.valences = {
            "supports": _("supports"),
            "inhibits": _("inhibits"),
            "mixed": _("mixed"),
            "neutral": _("neutral"),
        }
        self.events: dict[Any, Event] = {}
        self.told: dict[Any, str] = {}

    def tell(self, event: Event) -> str:
        what = str(getattr(self, f"_{event['event']}")(event))
        self.events[event.get("id")], self.told[event.get("id")] = event, what
        return what

    def code(self, code: Any) -> str:
        return f"“{self.labels.get(code, code)}”"

    def where(self, event: Event) -> str:
        coded = self.events.get(event.get("of"), event)
        if coded.get("segment"):
            return str(coded["segment"])
        quote = " ".join(str(coded.get("span", {}).get("quote", "–")).split())
        if len(quote) > _LONGEST_QUOTE:
            quote = quote[: _LONGEST_QUOTE - 1] + "…"
        return f"“{quote}”"

    def _code(self, event: Event) -> str:
        valence = event.get("valence", "")
        return _("coded {where} as {code}: {valence}", where=self.where(event),
                 code=self.code(event.get("code", "–")),
                 valence=self.valences.get(valence, valence))  # fmt: skip

    def _uncode(self, event: Event) -> str:
        code = self.events.get(event["of"], {}).get("code", "–")
        return _("took the code {code} off {where}", where=self.where(event), code=self.code(code))

    def _memo(self, event: Event) -> str:
        return _("wrote a note on {where}: {memo}", where=self.where(event),
                 memo=event.get("memo", ""))  # fmt: skip

    def _change(self, event: Event) -> str:
        new = {key: event[key] for key in CHANGEABLE if key in event}
        if "code" in new:
            new["code"] = self.code(new["code"])
        shown = [self.valences.get(value, value) or "–" for value in new.values()]
        return _("changed the coding of {where}: {changes}", where=self.where(event),
                 changes=", ".join(shown))  # fmt: skip

    def _reanchor(self, event: Event) -> str:
        return _("confirmed where {where} stands now: characters {start}–{end}",
                 where=self.where(event), start=event["span"]["start"],
                 end=event["span"]["end"])  # fmt: skip

    def _make(self, event: Event) -> str:
        self.labels[event["code"]] = event["label"]
        return _("made the code {code}", code=self.code(event["code"]))

    def _rename(self, event: Event) -> str:
        old = self.code(event["code"])
        self.labels[event["code"]] = event["label"]
        return _("renamed the code {code} to {label}", code=old, label=self.code(event["code"]))

    def _move(self, event: Event) -> str:
        code = self.code(event["code"])
        if event.get("parent"):
            return _("moved the code {code} under {parent}", code=code,
                     parent=self.code(event["parent"]))  # fmt: skip
        return _("made the code {code} free of the framework", code=code)

    def _merge(self, event: Event) -> str:
        return _("merged {codes} into {code}", codes=", ".join(map(self.code, event["codes"])),
                 code=self.code(event["into"]))  # fmt: skip

    def _split(self, event: Event) -> str:
        for part in event["parts"]:
            self.labels[part["code"]] = part["label"]
        parts = ", ".join(self.code(part["code"]) for part in event["parts"])
        return _("split {code} into {parts}", code=self.code(event["code"]), parts=parts)

    def _undo(self, event: Event) -> str:
        target = self.events.get(event["of"], {})
        if target.get("event") == "undo":
            return _("did again: {what}", what=self.told.get(target.get("of"), "–"))
        return _("took back: {what}", what=self.told.get(event["of"], "–"))

    def _repair(self, event: Event) -> str:
        return _("a line was cut off here and left out")
