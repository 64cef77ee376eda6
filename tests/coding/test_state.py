"""What holds after events, also those that two writers or a merge put in an odd order."""

from __future__ import annotations

import pytest

from bantar_lib.coding.state import state_of


def make(code: str, parent: str = "") -> dict:
    return {"id": f"make {code}", "event": "make", "code": code, "label": code, "parent": parent}


def coding(identity: str, code: str) -> dict:
    return {"id": identity, "event": "code", "segment": "S1", "code": code}


def merge(one: str, into: str) -> dict:
    return {"id": f"{one}>{into}", "event": "merge", "codes": [one], "into": into}


def test_two_mergers_of_each_other_end_in_one_code():
    state = state_of([make("new.a"), make("new.b"), coding("1", "new.a"), merge("new.a", "new.b"),
                      merge("new.b", "new.a")])  # fmt: skip
    assert [c["code"] for c in state.live()] == ["new.b"]
    assert {c.id: c.ended for c in state.codes.values()} == {"new.a": "merged", "new.b": ""}


def test_a_merger_that_is_undone_never_was():
    events = [make("new.a"), make("new.b"), coding("1", "new.a"), merge("new.a", "new.b")]
    undo = {"id": "u", "event": "undo", "of": "new.a>new.b"}
    assert state_of(events).live()[0]["code"] == "new.b"
    assert state_of([*events, undo]).live()[0]["code"] == "new.a"


def test_the_indicator_is_found_through_parents_and_mergers():
    state = state_of([make("new.a", "x.one"), make("new.b", "new.a"), make("new.c"),
                      merge("new.c", "new.b")])  # fmt: skip
    indicators = {"x.one", "x.two"}
    assert state.indicator("new.c", indicators) == "x.one"
    assert state.indicator("x.two", indicators) == "x.two"
    assert state.indicator("gone", indicators) == ""


def test_parents_in_a_circle_stand_under_nothing():
    move = {"id": "m", "event": "move", "code": "new.a", "parent": "new.b"}
    state = state_of([make("new.a"), make("new.b", "new.a"), move])
    assert state.indicator("new.b", {"x.one"}) == ""


@pytest.mark.parametrize(
    "event",
    [
        {"event": "rename", "code": "gone", "label": "x"},
        {"event": "move", "code": "gone", "parent": "x.one"},
        {"event": "merge", "codes": ["gone"], "into": "x.one"},
        {"event": "change", "of": "gone", "valence": "mixed"},
        {"event": "reanchor", "of": "gone", "span": {}},
        {"event": "repair", "line": 3},
    ],
)
def test_events_about_nothing_change_nothing(event):
    before = state_of([make("new.a"), coding("1", "new.a")])
    assert state_of([make("new.a"), coding("1", "new.a"), {"id": "9", **event}]) == before


def test_a_code_made_twice_is_the_first():
    second = {**make("new.a"), "id": "2", "label": "other"}
    assert state_of([make("new.a"), second]).codes["new.a"].label == "new.a"
