"""What holds after a coder's events: the codings, and the codes that the coder made.

An emergent code keeps its identity whatever happens to it: renaming changes its label, moving its
parent, merging leads its codings to another code, splitting hands them to its parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
CHANGEABLE = ("code", "valence", "directness", "evidence_type", "memo")
"""What a ``change`` may set anew; the place of a coding changes by ``reanchor`` only."""


@dataclass
class Code:
    """A code that a coder made.

    Parameters
    ----------
    id : str
        ``new.<slug>``, or ``<parent>.<slug>`` under the indicator it was made under.
    label : str
        As the coder calls it now.
    parent : str
        The indicator or code it stands under now; blank where free of the framework.
    memo : str
        What the coder means by it.
    ended : str
        ``merged`` or ``split`` where it is no longer in force.
    into : tuple of str
        The code it was merged into, or those it was split into.
    """

    id: str
    label: str
    parent: str = ""
    memo: str = ""
    ended: str = ""
    into: tuple[str, ...] = ()


@dataclass
class State:
    """Codings by the id of their ``code`` event, and emergent codes by id."""

    codings: dict[str, Event] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Let one event happen (an undo is none: see :func:`standing`)."""
        if step := getattr(self, f"_{event['event']}", None):
            step(event)

    def _code(self, event: Event) -> None:
        self.codings[event["id"]] = dict(event)

    def _uncode(self, event: Event) -> None:
        self.codings.pop(event["of"], None)

    def _memo(self, event: Event) -> None:
        if event["of"] in self.codings:
            self.codings[event["of"]]["memo"] = event.get("memo", "")

    def _change(self, event: Event) -> None:
        if event["of"] in self.codings:
            new = {key: event[key] for key in CHANGEABLE if key in event}
            self.codings[event["of"]].update(new)

    def _reanchor(self, event: Event) -> None:
        if event["of"] in self.codings:
            self.codings[event["of"]]["span"] = event["span"]

    def _make(self, event: Event) -> None:
        made = Code(event["code"], event["label"], event.get("parent", ""), event.get("memo", ""))
        self.codes.setdefault(made.id, made)

    def _rename(self, event: Event) -> None:
        if event["code"] in self.codes:
            self.codes[event["code"]].label = event["label"]

    def _move(self, event: Event) -> None:
        if event["code"] in self.codes:
            self.codes[event["code"]].parent = event.get("parent", "")

    def _merge(self, event: Event) -> None:
        for one in event["codes"]:
            if one in self.codes and self.now(event["into"]) != one:
                self.codes[one].ended, self.codes[one].into = "merged", (event["into"],)

    def _split(self, event: Event) -> None:
        old = self.codes.get(event["code"])
        for part in event["parts"]:
            parent = part.get("parent", old.parent if old else "")
            self.codes.setdefault(part["code"], Code(part["code"], part["label"], parent))
            for coding in part["codings"]:
                if coding in self.codings:
                    self.codings[coding]["code"] = part["code"]
        if old:
            old.ended, old.into = "split", tuple(part["code"] for part in event["parts"])

    def now(self, code: str) -> str:
        """Return the code that `code` was merged into, through all mergers; else itself."""
        seen = set()
        while code not in seen and code in self.codes and self.codes[code].ended == "merged":
            seen.add(code)
            code = self.codes[code].into[0]
        return code

    def indicator(self, code: str, indicators: Collection[str]) -> str:
        """Return the framework's indicator that a code is or stands under, or ``""``."""
        seen = set()
        code = self.now(code)
        while code not in indicators:
            if code in seen or code not in self.codes:
                return ""
            seen.add(code)
            code = self.now(self.codes[code].parent)
        return code

    def live(self) -> list[Event]:
        """Return the codings that hold, each as its ``code`` event with what changed since."""
        return [
            coding | {"code": self.now(coding["code"])} if "code" in coding else coding
            for coding in self.codings.values()
        ]


def undone(events: Iterable[Event]) -> set[str]:
    """Return the ids of events that were taken back; an undo can be undone itself."""
    found: set[str] = set()
    for event in reversed(list(events)):  # an undo comes after what it undoes
        if event["event"] == "undo" and event.get("id") not in found:
            found.add(event["of"])
    return found


def state_of(events: Iterable[Event]) -> State:
    """Return what holds after all events; one that was undone never happened.

    Examples
    --------
    >>> made = {"id": "1", "event": "make", "code": "new.pride", "label": "Pride"}
    >>> state_of([made, {"id": "2", "event": "rename", "code": "new.pride", "label": "Honour"}])
    ... # doctest: +ELLIPSIS
    State(codings={}, codes={'new.pride': Code(id='new.pride', label='Honour', ...)})
    """
    events = list(events)
    out = undone(events)
    state = State()
    for event in events:
        if event.get("id") not in out:
            state.apply(event)
    return state
