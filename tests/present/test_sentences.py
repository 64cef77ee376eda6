"""Every sentence of the pages is said in both languages, and none says what may not be said."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from bantar_lib import audit_claims, audit_tables, execution, load_study, reach
from bantar_lib.coding import codings
from bantar_lib.present import audit_sentences, city_sentences, sections, sentences
from bantar_lib.present.display import Figure, Table, Text, code_span, escape_markdown
from bantar_lib.study import Study
from bantar_lib.words import LANGUAGES, current_language, language

# The left column of "What must not be said", and the set words that pages must not use.
FORBIDDEN = re.compile(
    r"\b(in)?effective\b|\btidak efektif|\b(best|worst|terbaik|terburuk)\b"
    r"|\b(de|in)creas|\bdeclin|\brose\b|\bfell\b|\bmenurun\b|\bmeningkat|\bturun\b|\bnaik\b"
    r"|\bbecause of\b|\bdisebabkan|\bkarena (sarjana|pendamping|jumlah)"
    r"|\bno crime\b|\btidak ada (kejahatan|kriminal)|\boutlier|\bpencilan|\bsaturat|\bjenuh"
    r"|\blow compliance|\bkepatuhan rendah"
    r"|\beksekusi|\baudit\b|\bvonis|\bputusan|\bklaim|\bvalensi|\bfasilitator|\bcoders?\b",
    re.IGNORECASE,
)
THREE = [
    ("01", "talk", "content.resources", "supports"),
    ("01", "visit", "content.resources", "supports"),
    ("01", "report", "content.resources", "supports"),
    ("01", "note", "content.resources", "inhibits"),
    ("01", "talk", "content.site", "mixed"),
    ("01", "talk", "content.benefits", "supports"),
    ("01", "visit", "content.benefits", "inhibits"),
]
CONTESTED = [("01", s, "content.site", v) for s, v in
             (("talk", "supports"), ("visit", "mixed"), ("report", "inhibits"))]  # fmt: skip

Page = Callable[..., str]


def plain(*items: Figure | Table | Text) -> str:
    """Return the texts among what a notebook shows, as a reader sees them."""
    text = "\n".join(item.markdown for item in items if isinstance(item, Text))
    return re.sub(r"\\(.)", r"\1", text).replace("**", "")


def district(study: Study, name: str) -> str:
    """Return all that is said of a district."""
    code = study.district(name)["district_id"]
    rates = execution(study)
    evidence = sections.evidence_section(study, code)
    plt.close("all")
    return plain(
        sentences.district_lead(study, code, rates, reach(study)),
        sentences.rate_note(study, rates, code),
        audit_sentences.district_audit_note(study, audit_tables(study), code),
        sentences.evidence_lead(study, code),
        *evidence,
        *sections.evidence_details(study, code),
        sentences.provenance(study, {"lang": current_language()}),
    )


def whole(study: Study) -> str:
    """Return all that is said of a study."""
    rates = execution(study)
    return plain(
        audit_sentences.audit_note(study, audit_tables(study)),
        sentences.about(study),
        sentences.guide_lead(study),
        city_sentences.city_lead(study, rates, reach(study)),
        sentences.interval_example(study, rates),
        *sections.where(study, rates),
        audit_sentences.audit_lead(study, audit_tables(study), audit_claims(study)),
        *sections.agreement_section(study),
    )


@pytest.fixture(scope="module")
def studies(tmp_path_factory, write_small_at) -> dict[str, Study]:
    """Studies that between them call for every sentence."""
    top = tmp_path_factory.mktemp("studies")

    def small(name: str, *tables: object, **more: object) -> Study:
        return load_study(write_small_at(top / name, *tables, **more))

    far_apart = [("01", 2020, "proposed", 200), ("01", 2020, "implemented", 190),
                 ("02", 2020, "proposed", 200), ("02", 2020, "implemented", 40),
                 ("03", 2020, "proposed", 200), ("03", 2020, "implemented", 115)]  # fmt: skip
    unknown = [("01", 2020, "proposed", 12), ("01", 2020, "implemented", ""),
               ("02", 2020, "proposed", 0), ("02", 2020, "implemented", 0),
               ("03", 2020, "proposed", 9), ("03", 2020, "implemented", 4),
               ("03", 2022, "proposed", 5), ("03", 2022, "implemented", 3)]  # fmt: skip
    half = [(d, year, stage, "" if (d, year, stage) == ("01", 2021, "implemented") else n)
            for d in ("01", "02", "03") for year in (2020, 2021)
            for stage, n in (("proposed", 12), ("implemented", 5))]  # fmt: skip
    districts = [("01", "Melati", ""), ("02", "Kenanga", 50), ("03", "Mawar", 60)]
    nothing = [("01", 2020, "proposed", ""), ("01", 2020, "implemented", "")]
    bundled = load_study("kampung_bantar")
    counts = bundled.counts  # one proposal more in one district, so that no columns are alike
    counts.loc[counts.index[0], "count"] += 1
    renamed = Study(bundled.path, bundled.config, bundled.framework, {"counts": counts})
    many = [(f"{n:02}", f"Wilayah {n}", 40) for n in range(7)]
    printed = bundled.table("published")
    agreeing = {"published": printed[printed["table"] == "1.1"],
                "claims": bundled.table("claims").iloc[:0]}  # fmt: skip
    return {
        "agreeing": Study(bundled.path, bundled.config, bundled.framework, agreeing),
        "bundled": bundled,
        "renamed": renamed,
        "model": coded_by("model", small("model", evidence=THREE)),
        "not_stated": coded_by("not_stated", small("not_stated", evidence=[
            ("01", "talk", "content.site", "supports"), ("", "talk", "content.site", "supports")])),
        "plain": small("plain"),
        "rated": small("rated", evidence=THREE),
        "far_apart": small("far_apart", counts=far_apart),
        "unknown": small("unknown", districts, unknown),
        "half": small("half", counts=half),
        "nothing": small("nothing", [("01", "Melati", "")], nothing),
        "many": small("many", many, [("01", 2020, "proposed", 3)], evidence=[
            (f"{n:02}", "talk", "content.site", "supports") for n in range(7)]),
        "tied": small("tied", evidence=[
            ("01", source, f"content.{code}", valence) for source in ("talk", "visit")
            for code, valence in (("site", "supports"), ("benefits", "supports"),
                                  ("interests", "inhibits"), ("resources", "inhibits"))]),
        "contested": small("contested", evidence=CONTESTED),
        "provisional": small("provisional", evidence=[
            ("01", "talk", "content.resources", "supports"),
            ("01", "visit", "content.resources", "supports"),
            ("01", "report", "content.resources", "inhibits")]),
    }  # fmt: skip


def coded_by(kind: str, study: Study) -> Study:
    """Return the study, its reader being of this kind."""
    coders = study.path / "coders.csv"
    coders.write_text(coders.read_text("utf-8").replace(",person,", f",{kind},"), "utf-8")
    return load_study(study.path)


def everything(studies: dict[str, Study]) -> Iterator[tuple[str, str]]:
    for name, study in studies.items():
        yield name, whole(study)
        names = list(study.districts["name"])
        for place in {*names[:3], *({"Kota Baru", "Danau Teluk"} & set(names))}:
            yield f"{name}/{place}", district(study, place)


ENGLISH = re.compile(r"\b(the|of|and|is|are|not|which|district|rate|known)\b")
INDONESIAN = re.compile(r"\b(yang|dan|dari|untuk|tidak|adalah|kecamatan|tingkat|diketahui)\b")


def literals(module: object) -> set[str]:
    """Return every text that a module of sentences can say."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))  # type: ignore[attr-defined]
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_"
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.fixture(scope="module")
def texts(studies) -> tuple[dict[str, dict[str, str]], set[str]]:
    """Everything that is said, by language and place, and which English sentences those were."""
    said: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for module in (sentences, audit_sentences, city_sentences, sections):

            def note(english: str, *, _own: Page = module._, **values: object) -> str:
                said.add(english)
                return _own(english, **values)

            patch.setattr(module, "_", note)
        by_language = {}
        for lang in LANGUAGES:
            with language(lang):
                by_language[lang] = dict(everything(studies))
    return by_language, said


def test_every_sentence_is_said_by_a_test(texts):
    """So that the rules below hold for all of them."""
    modules = (sentences, audit_sentences, city_sentences, sections)
    unsaid = set().union(*map(literals, modules)) - texts[1]
    assert not unsaid, "\n".join(sorted(unsaid))


def search(texts: dict[str, str], pattern: str | re.Pattern[str]) -> list[str]:
    """Return each place where the pattern is found, with what stands around it."""
    return [
        f"{name}: …{text[max(0, found.start() - 60) : found.end() + 30]}…"
        for name, text in texts.items()
        for found in re.finditer(pattern, text)
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_said_that_must_not_be(texts, lang):
    assert not search(texts[0][lang], FORBIDDEN)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_whole(texts, lang):
    """No place is left open, no unknown slips into words, no markup is left half."""
    bad = r"[{}]|\b(nan|NaN|NA)\b|<NA>|  +\S|\s[.,;]|\.\.|\\"
    assert not search(texts[0][lang], bad)


def test_each_language_keeps_to_itself(texts):
    assert not search(texts[0]["id"], ENGLISH)
    assert not search(texts[0]["en"], INDONESIAN)


def test_both_languages_give_the_same_numbers(texts):
    def numbers(text: str) -> list[str]:
        return sorted(re.sub(r"[.,]", "", n) for n in re.findall(r"\d+(?:[.,]\d+)*", text))

    for name, text in texts[0]["en"].items():
        assert set(numbers(text)) == set(numbers(texts[0]["id"][name])), name


def lead(study: Study, place: str) -> str:
    code = study.district(place)["district_id"]
    return plain(sentences.district_lead(study, code, execution(study), reach(study)))


def note(study: Study, place: str) -> str:
    code = study.district(place)["district_id"]
    return plain(sentences.rate_note(study, execution(study), code))


@pytest.fixture
def english():
    with language("en"):
        yield


@pytest.mark.usefixtures("english")
class TestWhatIsKnown:
    def test_kota_baru(self, studies):
        """Numbers counted by hand from the two printed tables.

        Proposed 12 + 15, implemented 9 + 11 in 2015–16; "took part" 12 + 15 + 15 + 19.
        """
        text = lead(studies["bundled"], "Kota Baru")
        assert "Kota Baru has 165 RT" in text
        assert re.search(r"2015–2016 .* 27 entries proposed, 20 of them implemented", text)
        assert "execution rate of 74%" in text
        assert re.search(r"at least 11 .* at most 54 ", text)
        assert "the 34 entries whose stage is not stated" in text
        assert re.search(
            r"total of 61 counts entries, not RT; the 27 of 2015–2016 .* equal the number "
            r"proposed, not the number implemented", text
        )  # fmt: skip
        assert "comes from one source" in text

    def test_entries_of_unknown_end_are_told_from_those_known(self, studies):
        """By hand: 5 implemented in 2020, 12 proposed in 2021; the others 5 + 5 of 12 + 12."""
        text = lead(studies["half"], "Melati")
        assert "none of the 12 entries of which the source does not say" in text
        assert "at most 17 (if all are different, and all of those entries did)" in text
        assert "at most 10 (if all are different);" in lead(studies["half"], "Mawar")
        city = plain(city_sentences.city_lead(studies["half"], execution(studies["half"]),
                                         reach(studies["half"])))  # fmt: skip
        assert "60 entries proposed, 25 of them" in city
        assert "counts only in the districts where both are known" in city
        assert "at most 37 (if all are different, and all of those entries did)" in city

    def test_a_printed_total_that_is_no_sum(self, studies):
        """Jelutung: printed 54, its years 16 + 12 + 10 + 10; implemented 15 + 9, then 20 more."""
        text = lead(studies["bundled"], "Jelutung")
        assert re.search(r"prints a total of 54; its yearly entries add up to 48", text)
        assert "at most 44 " in text
        assert text.endswith("if the total is right, up to 50 (21%) are possible.")
        # Of Pelayangan less is printed than its years add up to: that lifts no bound.
        assert "are possible" not in lead(studies["bundled"], "Pelayangan")

    def test_a_printed_total_of_which_nothing_more_is_known(self, studies):
        place = studies["renamed"].districts["name"].iloc[0]
        text = lead(studies["renamed"], place)
        assert "equal the number proposed" not in text
        assert "equal the number proposed" in lead(studies["renamed"], "Kota Baru")

    def test_where_all_were_carried_out_it_is_said_in_words(self, studies):
        assert "17 entries proposed, all of them implemented." in lead(studies["bundled"],
                                                                       "Danau Teluk")  # fmt: skip

    def test_what_most_items_are_about(self, studies):
        text = lead(studies["tied"], "Melati")
        assert "that inhibit: interests affected and resources committed (2 of 4 each)." in text
        assert "Most items that support:" in text
        assert "Most items that inhibit: resources committed (5 of 17)." \
            in lead(studies["bundled"], "Kota Baru")  # fmt: skip

    def test_a_models_reading_is_named_where_its_numbers_first_stand(self, studies):
        said = "A language model coded them; no person has checked them yet."
        assert said in lead(studies["bundled"], "Kota Baru")
        assert said not in lead(studies["rated"], "Melati")

    def test_without_evidence(self, studies):
        assert "No evidence on its implementation is coded" in lead(studies["plain"], "Melati")
        assert "is about this district. The 40 about" in lead(studies["bundled"], "Jelutung")

    def test_without_units(self, studies):
        text = lead(studies["unknown"], "Melati")
        assert text.startswith("Known. Melati. How many RT were proposed and implemented is not")
        assert "How many different RT took part cannot be bounded from these counts." in text

    def test_a_known_zero_is_not_unknown(self, studies):
        text = lead(studies["unknown"], "Kenanga")
        assert "In 2020 no RT was proposed." in text
        assert "not known for any year" not in text

    def test_the_years_are_those_of_the_district(self, studies):
        """2021 is not known: the years are not written as a range."""
        text = lead(studies["unknown"], "Mawar")
        assert re.search(r"2020 and 2022 .* 14 entries proposed, 7 of them implemented", text)

    def test_several_sources(self, studies):
        text = lead(studies["rated"], "Melati")
        assert text.count("7 segments are coded, all of them about Melati; of the items") == 1
        assert "1 of 9 indicators have enough independent sources for a rating." in text
        assert "comes from one source" not in text

    @pytest.mark.parametrize(
        ("place", "said"),
        [("Melati", "lies above"), ("Kenanga", "lies below"), ("Mawar", "contai")],
    )
    def test_a_rate_against_all(self, studies, place, said):
        text = note(studies["far_apart"], place)
        assert said in text
        assert ("can arise by chance" in text) is (place != "Mawar")
        assert ("a difference is not demonstrated" in text) is (place == "Mawar")
        assert re.search(r"Its rank lies between \d and \d of 3", text)

    def test_no_rate(self, studies):
        assert note(studies["unknown"], "Melati") == "There is no rate to compare."


@pytest.mark.usefixtures("english")
class TestWhatIsKnownOfAll:
    def city(self, study):
        return plain(city_sentences.city_lead(study, execution(study), reach(study)))

    def test_all_known(self, studies):
        text = self.city(studies["bundled"])
        assert text.startswith("Known. Jambi City has 11 districts with 1,562 RT")
        assert re.search(r"321 entries proposed, 197 of them implemented \(61%\)", text)
        assert "of the 11 districts are" not in text
        # By hand: 1 + 1 + 6 + 1 + 1 more than the sums, in five districts.
        assert "at most 450 " in text
        assert "In 5 of the 11 districts the source's printed total exceeds" in text
        assert "up to 460 (29.4%) are possible" in text

    def test_an_unknown_number_of_units_is_not_added_as_zero(self, studies):
        text = self.city(studies["unknown"])
        assert "has 3 districts; the 2 whose number of RT is known have 110." in text
        assert "Both are known for 1 of the 3 districts." in text
        assert "This can be said of" in text

    def test_nothing_known(self, studies):
        assert self.city(studies["nothing"]) == (
            "Known. Test City has 1 district. "
            "No evidence on implementation is coded for any district."
        )

    def test_the_bounds_are_of_the_same_districts(self, studies):
        """Mawar alone has both bounds: at least 4, at most 4 + 3, of its 60 RT."""
        text = self.city(studies["unknown"])
        assert re.search(r"at least 4 .* at most 7 .* 7% to 12% ", text)

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("rated", "is coded for Melati only."),
            ("many", "is coded for 7 districts."),
            ("plain", "is coded for any district."),
        ],
    )
    def test_evidence(self, studies, name, said):
        assert said in self.city(studies[name])


def heading(label: str) -> str:
    return f"#### {escape_markdown(label)}\n"


@pytest.mark.usefixtures("english")
class TestReadings:
    def read(self, study, indicator):
        items = sections.evidence_details(study, "01")
        label = {i.id: i.label["en"] for i in study.framework.indicators}[indicator]
        texts = [item.markdown for item in items if isinstance(item, Text)]
        at = next(n for n, t in enumerate(texts) if t.startswith(heading(label)))
        return plain(Text(texts[at + 1]))

    def test_enough_evidence(self, studies):
        assert "The evidence" in self.read(studies["rated"], "content.resources")

    def test_too_little_evidence_is_not_neutral(self, studies):
        text = self.read(studies["rated"], "content.site")
        assert "Insufficient evidence for a rating." in text

    def test_no_evidence_is_not_neutral(self, studies):
        text = self.read(studies["rated"], "context.power")
        assert text.startswith("No evidence.")
        assert "not the same as neutral" in text

    def test_a_provisional_rating_is_called_so(self, studies):
        text = self.read(studies["provisional"], "content.resources")
        assert "Provisional: it changes when a source is left out." in text

    def test_a_district_without_evidence_borrows_none(self, studies):
        (text,) = sections.evidence_section(studies["rated"], "02")
        assert "No evidence on its implementation is coded" in plain(text)
        (text,) = sections.evidence_details(studies["rated"], "02")
        assert plain(text) == "No coded segment is about this district."

    def test_every_indicator_keeps_its_place(self, studies):
        study = studies["rated"]
        texts = [i.markdown for i in sections.evidence_details(study, "01") if isinstance(i, Text)]
        labels = [i.label["en"] for i in study.framework.indicators]
        assert len(texts) == 2 * len(labels)
        assert all(t.startswith(heading(e)) for t, e in zip(texts[::2], labels, strict=True))

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("rated", "were coded by Ani."),
            ("model", "no person has checked them yet"),
            ("not_stated", "whether a person or a program is not stated"),
        ],
    )
    def test_who_read(self, studies, name, said):
        assert said in plain(*sections.evidence_section(studies[name], "01"))

    def test_what_goes_against_is_named(self, tmp_path, write_small_at):
        study = load_study(write_small_at(tmp_path / "against", evidence=[
            ("01", "talk", "content.resources", "supports"),
            ("01", "report", "content.resources", "supports"),
            ("01", "visit", "content.resources", "supports"),
            ("01", "note", "content.resources", "inhibits")]))  # fmt: skip
        assert "Against it: S4." in self.read(study, "content.resources")


@pytest.mark.usefixtures("english")
def test_where_a_page_comes_from(studies):
    with language("en"):
        study = studies["plain"]
        text = sentences.provenance(study, {"district": "Mel`ati_x", "lang": "en"}).markdown
    assert text.startswith("**Made-up data, for practice and tests only.**  \n")
    assert study.content_hash[:12] in text
    assert "`district=Mel'ati_x`, `lang=en`" in text
    with language("en"):
        real = sentences.provenance(studies["bundled"], {}).markdown
    assert "Made-up" not in real
    assert "`kampung_bantar`" in real


def test_one_reader_cannot_agree(studies):
    with language("en"):
        (text,) = sections.agreement_section(studies["rated"])
    assert "only one reading" in plain(text)
    if codings(studies["bundled"])["coder"].nunique() > 1:
        assert len(sections.agreement_section(studies["bundled"])) == 3


@pytest.mark.parametrize(
    "name", ["*a*", "_b_", "`c`", "[d](e)", "<f>", "g|h", "#i", "$j$", "~k~", "&amp;", "l\nm", "@n"]
)
def test_names_from_data_are_escaped(tmp_path, write_small_at, name):
    districts = [("01", name, 40), ("02", "Kenanga", 50)]
    counts = [(d, 2020, s, n) for d in ("01", "02") for s, n in
              (("proposed", 9), ("implemented", 4))]  # fmt: skip
    place = {"id": name, "en": name}
    study = load_study(write_small_at(tmp_path / "x", districts, counts, place=place))
    rates = execution(study)
    with language("en"):
        for text in (
            sentences.district_lead(study, "01", rates, reach(study)),
            city_sentences.city_lead(study, rates, reach(study)),
            sentences.interval_example(study, rates),
            sentences.guide_lead(study),
        ):
            if name[1] in text.markdown.replace("\n", " ") and len(name) > 2:
                assert escape_markdown(name) in text.markdown


def test_escaping_once_is_enough():
    once = escape_markdown("a*b")
    assert escape_markdown(once) == once == "a\\*b"
    assert code_span("a`b\nc_d") == "a'b c_d"
