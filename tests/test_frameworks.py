"""Frameworks as data: the bundled files, the checks of the reader, and looking things up."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from bantar_lib.errors import UserError
from bantar_lib.frameworks import ANCHORED, Framework, codebook, load_framework, read_framework
from bantar_lib.words import LANGUAGES, language

ROOT = Path(__file__).resolve().parents[1]
BUNDLED = sorted((ROOT / "data" / "frameworks").glob("*.yml"))
ILLUSTRATION = {"id": "Ilustrasi: ", "en": "Illustration: "}

SMALL = """\
id: small
version: "1"
name: {id: Kecil, en: Small}
source: Made up for this test.
dimensions:
  - id: soil
    label: {id: Tanah, en: Soil}
    definition: {id: Tempat tumbuh., en: Where things grow.}
    indicators:
      - id: water
        label: {id: Air, en: Water}
        definition: {id: Basah., en: Wet.}
        aliases: [Pengairan]
      - id: light
        label: {id: Cahaya, en: Light}
        definition: {id: Terang., en: Bright.}
"""


def written(folder: Path, text: str, name: str = "small.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str, name: str = "small.yml") -> str:
    with language("en"), pytest.raises(UserError) as caught:
        read_framework(written(folder, text, name))
    return str(caught.value)


@pytest.fixture(params=BUNDLED, ids=lambda path: path.stem)
def bundled(request: pytest.FixtureRequest) -> Framework:
    return read_framework(request.param)


# The bundled files


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("grindle", {"content": 6, "context": 3}),
        ("edwards", {"communication": 3, "resources": 4, "dispositions": 2, "structure": 2}),
        ("van_meter_van_horn", {"policy": 2, "implementors": 3, "setting": 1}),
    ],
)
def test_dimensions_and_their_sizes(name, sizes):
    framework = load_framework(name)
    assert {d.id: len(d.indicators) for d in framework.dimensions} == sizes


def test_ids_are_unique_and_path_based(bundled):
    ids = [i.id for i in bundled.indicators]
    assert len(ids) == len(set(ids))
    for dimension in bundled.dimensions:
        for indicator in dimension.indicators:
            assert re.fullmatch(rf"{dimension.id}\.[a-z_]+", indicator.id)


def test_everything_stands_in_both_languages(bundled):
    assert set(bundled.guide) == set(bundled.name) == set(LANGUAGES)
    for indicator in bundled.indicators:
        texts = [indicator.label, indicator.definition, indicator.include, indicator.exclude]
        texts += [indicator.anchors[valence] for valence in ANCHORED]
        for text in texts:
            assert set(text) == set(LANGUAGES), indicator.id
            # A text that was copied over untranslated would be the same in both.
            assert text["id"] != text["en"], indicator.id
        assert len(indicator.questions["id"]) == len(indicator.questions["en"])
        assert 2 <= len(indicator.questions["id"]) <= 4, indicator.id


def test_anchors_are_marked_as_illustrations(bundled):
    for indicator in bundled.indicators:
        for valence in ANCHORED:
            for lang in LANGUAGES:
                assert indicator.anchors[valence][lang].startswith(ILLUSTRATION[lang])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_anchors_name_no_real_place(bundled, lang):
    districts = (ROOT / "data/kampung_bantar/districts.csv").read_text(encoding="utf-8")
    places = {line.split(",")[1] for line in districts.splitlines()[1:]} | {"Jambi", "BANTAR"}
    for indicator in bundled.indicators:
        for valence in ANCHORED:
            words = indicator.anchors[valence][lang]
            assert not [p for p in places if re.search(rf"\b{p}\b", words, re.IGNORECASE)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rules_send_evidence_only_to_indicators_that_exist(bundled, lang):
    sent = [(i.id, x) for i in bundled.indicators for x in re.findall("“(.+?)”", i.exclude[lang])]
    assert len(sent) >= len(bundled.indicators)
    for origin, label in sent:
        other = bundled.indicator(label)
        assert other.id != origin
        assert other.label[lang] == label, "a rule uses the label, not an alias"


@pytest.mark.parametrize(
    ("variant", "label"),
    [
        ("tipe manfaat", "Jenis manfaat"),
        ("Letak pengambil keputusan", "Letak pengambilan keputusan"),
        ("Karakteristik lembaga dan rezim", "Karakteristik lembaga dan penguasa"),
        ("Kepatuhan dan responsivitas", "Kepatuhan dan daya tanggap"),
        ("daya tanggap", "Kepatuhan dan daya tanggap"),
        ("Program implementors", "Pelaksana program"),
        ("Sumber daya yang dilibatkan", "Sumber daya yang dikerahkan"),
        ("REGIME CHARACTERISTICS", "Karakteristik lembaga dan penguasa"),
    ],
)
def test_grindle_is_found_under_the_variants_that_sources_use(variant, label):
    assert load_framework("grindle").indicator(variant).label["id"] == label


def test_a_dimension_is_found_under_its_variants():
    grindle = load_framework("grindle")
    assert grindle.dimension("Konteks kebijakan") is grindle.dimension("lingkungan  implementasi")


# Looking up


def test_an_unknown_indicator_names_the_nearest_or_the_list(tmp_path):
    framework = read_framework(written(tmp_path, SMALL))
    with language("en"):
        with pytest.raises(UserError, match=r"did you mean “Pengairan” \(soil\.water\)\?"):
            framework.indicator("pengaliran")
        with pytest.raises(UserError, match=r"did you mean “soil\.light”\?"):
            framework.indicator("soil.lights")
        with pytest.raises(UserError, match=r"known: soil.water, soil.light\."):
            framework.indicator("xyz")
        with pytest.raises(UserError, match="no dimension is called “Toil”; did you mean “Soil”"):
            framework.dimension("Toil")


def test_messages_are_indonesian_where_the_user_is(tmp_path):
    framework = read_framework(written(tmp_path, SMALL))
    with language("id"), pytest.raises(UserError, match="tidak ada indikator bernama “xyz”"):
        framework.indicator("xyz")


def test_a_name_is_sought_in_the_given_folder_first(tmp_path):
    text = SMALL.replace("id: small", "id: grindle")
    written(tmp_path, text, "grindle.yml")
    assert load_framework("grindle", folders=[tmp_path]).name["en"] == "Small"
    assert len(load_framework("grindle").indicators) == 9


def test_a_name_is_sought_in_bantar_data(tmp_path, monkeypatch):
    (tmp_path / "frameworks").mkdir()
    path = written(tmp_path / "frameworks", SMALL)
    monkeypatch.setenv("BANTAR_DATA", str(tmp_path))
    assert load_framework("small").path == path
    assert load_framework(path).id == "small"


def test_a_framework_that_is_nowhere_lists_places_and_names(tmp_path, monkeypatch):
    monkeypatch.setenv("BANTAR_DATA", str(tmp_path))
    with language("en"), pytest.raises(UserError) as caught:
        load_framework("grindel", folders=[tmp_path / "study"])
    message = str(caught.value)
    assert str(tmp_path / "study") in message
    assert str(tmp_path / "frameworks") in message
    assert f"Existing ones: {', '.join(path.stem for path in BUNDLED)}." in message
    assert "\n" not in message


# The reader's checks


def test_the_small_framework_is_sound(tmp_path):
    framework = read_framework(written(tmp_path, SMALL))
    assert [i.id for i in framework.indicators] == ["soil.water", "soil.light"]
    assert framework.guide == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("source: Made up for this test.\n", "",
         "small.yml:1: small: “source” is missing or empty; add it."),
        ("    indicators:\n", "    indicator:\n",
         "small.yml:6: soil: unknown key “indicator”; did you mean “indicators”?"),
        ("        definition: {id: Terang., en: Bright.}\n", "",
         "small.yml:14: soil.light: “definition” is missing or empty; add it."),
        (", en: Water}", "}",
         "small.yml:11: soil.water: label: “en” is missing or empty; add it."),
        ("en: Water}", "en: ''}",
         "small.yml:11: soil.water: label: “en” is missing or empty; add it."),
        ("en: Water}", "en: no}",
         "small.yml:11: soil.water: label: “en” is not text; put its value in quotation marks."),
        ("en: Water}", "en: Water, de: Wasser}",
         "small.yml:11: soil.water: label: unknown key “de”; known: id, en."),
        ('version: "1"', "version: 1.10",
         "small.yml:1: small: “version” is not text; put its value in quotation marks."),
        ("- id: light", "- id: water",
         "small.yml:14: soil: the id “water” stands in line 10 already; change one."),
        ("- id: light", "- id: Sun.light",
         "small.yml:14: soil: the id “Sun.light” must begin with a small letter and hold only "
         "small letters, digits and “_”; change it."),
        ("id: Cahaya", "id: PENGAIRAN",
         "small.yml:14: soil.light: “PENGAIRAN” names soil.water already; keep it in one of the "
         "two."),
        ("aliases: [Pengairan]", "aliases: [2020]",
         "small.yml:10: soil.water: “aliases” is not a list of texts; begin each line with “- ” "
         "and put a text with a colon in quotation marks."),
        ("aliases: [Pengairan]", "anchors: {helps: {id: a, en: b}}",
         "small.yml:13: soil.water: anchors: unknown key “helps”; known: supports, inhibits."),
        ("aliases: [Pengairan]", "anchors: {supports: {id: a}}",
         "small.yml:13: soil.water: anchors: supports: “en” is missing or empty; add it."),
        ("aliases: [Pengairan]", "questions: {id: [Apa?]}",
         "small.yml:13: soil.water: questions: “en” is missing or empty; add it."),
        ("aliases: [Pengairan]", "questions: {id: [Apa?], en: []}",
         "small.yml:13: soil.water: questions: “en” is missing or empty; add it."),
        ("aliases: [Pengairan]", "include: Basah",
         "small.yml:10: soil.water: “include” is missing or empty; add it."),
        ("aliases: [Pengairan]", "label: {id: Air, en: Water}",
         "small.yml:13: “label” stands twice in one entry; delete one."),
        ("en: Water}", "en: Water",
         "small.yml:11: the bracket “{” is not closed, or a comma is missing in it; close it, or "
         "put a comma between the entries."),
        ("id: small", "id: smaller",
         "small.yml:1: the id is “smaller” but the file is called “small”; give both one name."),
    ],
)  # fmt: skip
def test_each_fault_is_one_line_with_place_and_remedy(tmp_path, old, new, message):
    assert SMALL.count(old) == 1
    assert refusal(tmp_path, SMALL.replace(old, new)) == message


def test_two_dimensions_cannot_share_a_name(tmp_path):
    second = SMALL[SMALL.index("  - id: soil") :].replace("soil", "air").replace("water", "wind")
    second = second.replace("Air,", "Angin,").replace("Water", "Wind").replace("light", "cold")
    second = (
        second.replace("Light", "Cold").replace("Cahaya", "Dingin").replace("[Pengairan]", "[B]")
    )
    message = refusal(tmp_path, SMALL + second)
    assert message == "small.yml:17: air: “Tanah” names soil already; keep it in one of the two."


def test_no_dimension_at_all(tmp_path):
    text = SMALL[: SMALL.index("dimensions:")] + "dimensions: []\n"
    assert (
        refusal(tmp_path, text) == "small.yml:1: small: “dimensions” is missing or empty; add it."
    )


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"])
def test_a_file_without_keys(tmp_path, text):
    assert refusal(tmp_path, text).startswith("small.yml:1: no “key: value” lines")


def test_another_encoding_is_refused_and_a_byte_order_mark_is_not(tmp_path):
    path = tmp_path / "small.yml"
    path.write_bytes(SMALL.replace("Wet.", "Wét.").encode("cp1252"))
    with language("en"), pytest.raises(UserError, match=r"small\.yml:1: not UTF-8"):
        read_framework(path)
    path.write_bytes(SMALL.encode("utf-8-sig"))
    assert read_framework(path).id == "small"


def test_a_file_that_does_not_exist(tmp_path):
    with language("en"), pytest.raises(UserError, match="no such framework file"):
        read_framework(tmp_path / "small.yml")


def test_the_hash_follows_the_words_and_not_the_line_ends(tmp_path):
    path = written(tmp_path, SMALL)
    first = read_framework(path).content_hash
    assert re.fullmatch("[0-9a-f]{12}", first)
    path.write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert read_framework(path).content_hash == first
    assert read_framework(written(tmp_path, SMALL + "# note\n")).content_hash != first


# The codebook as a table


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_codebook_has_a_full_row_for_each_indicator(bundled, lang):
    table = codebook(bundled, lang)
    assert list(table["indicator"]) == [i.id for i in bundled.indicators]
    assert (table != "").all(axis=None)
    assert list(table["label"]) == [i.label[lang] for i in bundled.indicators]


def test_the_codebook_leaves_blank_what_a_framework_does_not_give(tmp_path):
    table = codebook(read_framework(written(tmp_path, SMALL)), "en")
    assert list(table["dimension"]) == ["Soil", "Soil"]
    assert (table[["include", "exclude", "anchor_supports", "anchor_inhibits"]] == "").all(
        axis=None
    )
    with pytest.raises(ValueError, match="'de' is not one of id, en"):
        codebook(read_framework(written(tmp_path, SMALL)), "de")


# No module knows the words of a framework


def framework_words() -> set[str]:
    words = set()
    for path in BUNDLED:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        for dimension in raw["dimensions"]:
            words |= {f"{dimension['id']}.{i['id']}" for i in dimension["indicators"]}
    return words | {"content", "context"}


def strings_of(source: str) -> list[tuple[int, str]]:
    """Return line and text of every string, docstrings and parts of f-strings too."""
    return [
        (node.lineno, node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def knows(source: str, words: set[str]) -> list[tuple[int, str]]:
    """Return line and word wherever a string is a framework's word or holds one of its ids."""
    whole = {w for w in words if "." not in w}
    ids = re.compile("|".join(rf"\b{re.escape(w)}\b" for w in sorted(words - whole)))
    return [(n, s) for n, s in strings_of(source) if s in whole or ids.search(s)]


def test_the_search_for_framework_words_finds_them_and_spares_others():
    words = framework_words()
    assert knows("x = 'content'", words)
    assert knows("x = f(a, 'context.power')", words)
    assert knows("x = f'{a}: policy.standards'", words)
    assert not knows("import contextlib\nx = 'content_hash', 'contextvars', 'the content'", words)


def test_no_module_knows_the_words_of_a_framework():
    words = framework_words()
    found = {
        str(path.relative_to(ROOT)): hits
        for path in sorted((ROOT / "bantar_lib").rglob("*.py"))
        if (hits := knows(path.read_text(encoding="utf-8"), words))
    }
    assert found == {}
