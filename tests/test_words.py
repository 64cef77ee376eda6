"""Words, numbers and lists in both languages."""

from __future__ import annotations

import pytest

from bantar_lib.words import (
    current_language,
    language,
    listing,
    number,
    percent,
    room_words,
    speak,
    user_language,
)

NAMES = ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG")
_ = room_words("cli")


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Let no test leave a language to the next."""
    with language("en"):
        yield


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "ID"}, "id"),
        ({"LANG": "in_ID"}, "id"),  # the code Java and older systems use
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "it_IT.UTF-8"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANG": "id_ID.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "id_ID.UTF-8"}, "id"),
        ({"LC_MESSAGES": "id_ID", "LANG": "en_US"}, "id"),
    ],
)
def test_the_users_language(monkeypatch, settings, expected):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert user_language() == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("Indonesian_Indonesia", "id"), ("en_US", "en"), (None, "en")]
)
def test_without_settings_the_system_is_asked(monkeypatch, code, expected):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (code, "UTF-8"))
    assert user_language() == expected


def test_a_language_holds_inside_its_block_only():
    with language("id"):
        assert current_language() == "id"
        with language("en"):
            assert current_language() == "en"
        assert current_language() == "id"
    assert current_language() == "en"


def test_a_language_ends_with_an_error_too():
    with pytest.raises(RuntimeError), language("id"):
        raise RuntimeError
    assert current_language() == "en"


def test_speak_stays():
    with language("en"):
        speak("id")
        assert current_language() == "id"


@pytest.mark.parametrize("lang", ["ID", "", "it", "english"])
def test_another_language_is_refused(lang):
    with pytest.raises(ValueError, match="is not one of id, en"), language(lang):
        pass
    with pytest.raises(ValueError, match="is not one of id, en"):
        speak(lang)


def test_a_text_in_both_languages():
    assert _("Open {page}", page="x") == "Open x"
    with language("id"):
        assert _("Open {page}", page="x") == "Buka x"


def test_a_text_that_no_catalogue_has_stays_english():
    with language("id"):
        assert _("Nobody translated {this}.", this="me") == "Nobody translated me."
        assert room_words("no_such_room")("Open {page}", page="x") == "Open x"


@pytest.mark.parametrize(("n", "expected"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_english_has_a_plural(n, expected):
    assert _("{n} row", plural="{n} rows", n=n) == expected


@pytest.mark.parametrize("n", [0, 1, 2])
def test_indonesian_has_one_form(n):
    words = room_words("present")
    with language("id"):
        said = words("{n} row of results recorded", plural="{n} rows of results recorded", n=n)
        assert said == f"{n} baris hasil tercatat"


def test_braces_from_data_are_not_taken_for_places():
    assert _("Open {page}", page="{secret} {0}") == "Open {secret} {0}"


@pytest.mark.parametrize(
    ("value", "digits", "id_", "en"),
    [
        (0, 0, "0", "0"),
        (1562, 0, "1.562", "1,562"),
        (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
        (0.5, 1, "0,5", "0.5"),
        (3, 1, "3,0", "3.0"),
        (-12, 0, "−12", "−12"),
    ],
)
def test_numbers(value, digits, id_, en):
    assert number(value, digits) == en
    with language("id"):
        assert number(value, digits) == id_


@pytest.mark.parametrize(
    ("share", "digits", "id_", "en"),
    [
        (0.577, 1, "57,7%", "57.7%"),
        (0.577, 0, "58%", "58%"),
        (0, 0, "0%", "0%"),
        (1, 0, "100%", "100%"),
        (12.5, 0, "1.250%", "1,250%"),
    ],
)
def test_percentages(share, digits, id_, en):
    assert percent(share, digits) == en
    with language("id"):
        assert percent(share, digits) == id_


@pytest.mark.parametrize(
    ("items", "id_", "en"),
    [
        ([], "", ""),
        (["a"], "a", "a"),
        (["a", "b"], "a dan b", "a and b"),
        (["a", "b", "c"], "a, b, dan c", "a, b, and c"),
        (["a, b", "c"], "a, b; c", "a, b; c"),
    ],
)
def test_lists(items, id_, en):
    assert listing(items) == en
    with language("id"):
        assert listing(items) == id_
