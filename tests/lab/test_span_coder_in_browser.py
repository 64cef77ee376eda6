"""SpanCoder in a real browser and a real JupyterLab: what a coder does, and what may go wrong."""

from __future__ import annotations

import json

import pytest
from lab_studies import MANY_LETTERS, TALK, codings_of

import bantar_lib.lab

pytestmark = pytest.mark.browser

PLAIN = MANY_LETTERS.replace("\r\n", "\n")


def quotes(study, coder="ani"):
    return [(c["span"]["quote"], c["code"], c["valence"]) for c in codings_of(study, coder)]


def place(words, text=TALK):
    start = text.index(words)
    return start, start + len(words)


def test_by_mouse_then_undo_redo_reload_and_edit(coder_page):
    page = coder_page("mouse")
    study = coder_page.study_at("mouse")
    page.select("dan tidak ada", through="menolak.")  # two emoji stand before it
    page.choose(1, "supports")
    page.coder.locator("textarea").fill("rutin")
    page.coder.locator(".bc-primary").click()
    page.says("Saved")
    (coding,) = codings_of(study)
    assert (coding["span"]["start"], coding["span"]["end"]) == place("dan tidak ada yang menolak.")
    assert (coding["valence"], coding["memo"]) == ("supports", "rutin")

    page.coder.get_by_role("button", name="Undo").click()
    page.says("took back")
    assert codings_of(study) == [] and page.marks == []
    page.coder.get_by_role("button", name="Redo").click()
    page.says("did again")
    assert page.marks == ["dan tidak ada yang menolak."]

    page.select("Gerobak sampah", through="pernah datang.")
    page.choose(2, "inhibits")
    page.coder.locator("textarea").fill("belum disimpan")
    page.save()
    page.open()  # the browser loads everything anew; the kernel went on
    page.text.wait_for(timeout=60_000)
    assert page.marks == ["dan tidak ada yang menolak."]
    page.says("memo you had begun")
    assert page.coder.locator("textarea").input_value() == "belum disimpan"
    page.coder.locator(".bc-primary").click()
    page.says("Saved")
    assert [c["memo"] for c in codings_of(study)] == ["rutin", "belum disimpan"]

    page.coder.get_by_role("button", name="Edit coding 1").click()
    page.choose(1, "mixed")
    page.coder.get_by_role("button", name="Save change").click()
    page.says("Saved")
    page.coder.get_by_role("button", name="Delete coding 2").click()
    page.says("took the code")
    assert [c["valence"] for c in codings_of(study)] == ["mixed"]
    assert page.outside == [] and page.faults == []


def test_by_keyboard_alone(coder_page):
    page = coder_page("keys")
    study = coder_page.study_at("keys")
    press = page.page.keyboard.press
    page.text.focus()
    press("Control+Home")
    for key in ("n", "s", "3", "+", "Enter"):  # next uncoded, sentence, code, valence, save
        press(key)
    page.says("Saved")
    assert quotes(study)[0][0].startswith("K: Warga datang setiap Minggu.")
    for key in ("Control+End", "Control+Shift+ArrowLeft", "Control+Shift+ArrowLeft", "1", "Enter"):
        press(key)
    page.lacks("Choose a valence first")
    for key in ("Escape", "0", "Enter"):
        press(key)
    page.says("Saved")
    start, end = (codings_of(study)[-1]["span"][k] for k in ("start", "end"))
    assert TALK[start:end] == "kali setahun." or TALK[start:end] == "setahun."

    # What JupyterLab would take for its own: delete, add and merge cells, change their kind.
    for key in ("Escape", "d", "d", "a", "b", "m", "x", "Shift+M"):
        press(key)
    press("z")
    assert page.page.locator(".jp-Notebook .jp-Cell").count() == 1
    assert page.text.inner_text().count("Warga datang") == 1
    page.page.keyboard.type("tulisan")
    assert "tulisan" not in page.text.inner_text()

    press("Control+z")
    page.says("took back")
    assert len(codings_of(study)) == 1
    press("/")
    page.page.keyboard.type("gerobak")
    press("Enter")
    page.coder.locator(".bc-hits", has_text="Hit 1 of 1").wait_for()
    press("Escape")
    press("p")
    page.says("Kami membayar sendiri")


@pytest.mark.parametrize("size", [(1280, 800), (320, 640)])
def test_codes_and_what_is_lacking_stand_where_the_coder_looks(coder_page, size):
    width, height = size
    name = f"eyes{width}"
    page = coder_page(name, lang="id", viewport={"width": width, "height": height})
    page.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    page.text.focus()
    for key in ("p", "Enter"):
        page.page.keyboard.press(key)
    hint, first = page.lacks("Pilih dahulu sebuah kode"), page.coder.locator(".bc-code").first
    assert hint.get_attribute("role") == "status"
    assert 0 < first.bounding_box()["y"] - hint.bounding_box()["y"] < 70
    assert hint.bounding_box()["y"] > 0

    page.page.keyboard.press("Escape")
    page.page.keyboard.press("9")
    assert page.coder.locator(".bc-hint", has_text="sebuah kode").count() == 0
    seen = page.page.evaluate(_ROWS_IN_VIEW)
    assert seen["last"] and (seen["all"] or width == 320)
    assert not seen["covered"] and seen["overflow"] <= 0
    page.page.keyboard.press("Enter")
    lacking = page.lacks("Pilih dahulu arah buktinya").bounding_box()
    assert 0 < page.coder.locator(".bc-valence").first.bounding_box()["y"] - lacking["y"] < 130


_ROWS_IN_VIEW = """() => {
  const root = document.querySelector(".bantar-coder");
  const box = (selector) => root.querySelector(selector).getBoundingClientRect();
  const [codes, definition] = [box(".bc-codebook"), box(".bc-definition")];
  const seen = [...root.querySelectorAll(".bc-code")].map((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return top >= codes.top - 1 && bottom <= codes.bottom + 1;
  });
  return {
    all: seen.every(Boolean), last: seen.at(-1), overflow: root.scrollWidth - root.clientWidth,
    covered: definition.left < codes.right && definition.right > codes.left
      && definition.top < codes.bottom && definition.bottom > codes.top,
  };
}"""


def test_letters_are_whole_and_counted_as_the_log_counts(coder_page):
    page = coder_page("letters", document="letters.txt")
    study = coder_page.study_at("letters")
    page.select("Jawa", through="di papan")
    page.choose(4, "neutral")
    page.coder.locator(".bc-primary").click()
    page.says("Saved")
    span = codings_of(study)[0]["span"]
    words = "Jawa ꦲꦏ꧀ꦱꦫꦗꦮ di papan"
    assert (span["quote"], span["start"], span["end"]) == (words, *place(words, PLAIN))
    page.page.evaluate("""() => {  // half a flag of letters: a selection that cuts an emoji
        const node = document.querySelector(".bantar-coder .bc-text p").firstChild;
        document.querySelector(".bantar-coder .bc-text").focus();
        document.getSelection().setBaseAndExtent(node, 8, node, node.data.indexOf(" lebih") + 6);
    }""")
    page.choose(5, "neutral")
    page.coder.locator(".bc-primary").click()
    page.coder.locator(".bc-list li").nth(1).wait_for()
    assert codings_of(study)[1]["span"]["quote"] == "👩‍👩‍👧 lebih"


def test_a_restarted_kernel_loses_nothing(coder_page):
    page = coder_page("restart")
    study = coder_page.study_at("restart")
    page.select("Warga datang", through="Minggu.")
    page.choose(1, "supports")
    page.coder.locator(".bc-primary").click()
    page.says("Saved")
    page.restart_kernel()
    page.select("Kami membayar", through="sendiri.")
    page.choose(6, "inhibits")
    page.coder.locator(".bc-primary").click()
    banner = page.coder.locator(".bc-banner")
    banner.get_by_text("No kernel answers").wait_for(timeout=20_000)
    assert "Kami membayar sendiri." in banner.inner_text()
    assert len(codings_of(study)) == 1
    page.run()
    page.coder.locator(".bc-banner", has_text="Not saved before").wait_for(timeout=30_000)
    assert page.marks == ["Warga datang setiap Minggu."]
    page.coder.get_by_role("button", name="Try again").click()
    page.says("Saved")
    assert [q[0] for q in quotes(study)] == [
        "Warga datang setiap Minggu.",
        "Kami membayar sendiri.",
    ]
    assert (
        page.page.evaluate(
            "() => Object.keys(sessionStorage).filter((k) => k.startsWith('bantar'))"
        )
        == []
    )
    # The cell was run twice: what the first widget had in the page is gone.
    assert page.coder.count() == 1
    assert page.page.evaluate("() => CSS.highlights.get('bantar-coder-selection')?.size ?? 0") <= 1


def test_two_coders_do_not_disturb_each_other(coder_page):
    study = coder_page.study_at("two")
    ani, budi = coder_page("two"), coder_page("two", coder="budi", lang="id")
    for page, valence in ((ani, "supports"), (budi, "inhibits")):
        page.select("Warga datang", through="Minggu.")
        page.choose(1, valence)
        page.coder.locator(".bc-primary").click()
        page.coder.locator(".bc-list li[data-coding]").wait_for()
    assert quotes(study, "ani")[0][2] == "supports" and quotes(study, "budi")[0][2] == "inhibits"
    assert budi.coder.locator(".bc-others").count() == 0  # blind
    assert "Hasil pengode lain disembunyikan" in budi.coder.inner_text()


def test_nothing_bars_anyone_and_nothing_is_fetched(coder_page):
    from axe_playwright_python.sync_playwright import Axe

    page = coder_page("axe", lang="id")
    page.select("Gerobak sampah", through="pernah datang.")
    page.choose(2, "inhibits")
    page.coder.locator(".bc-primary").click()
    page.coder.locator(".bc-list li[data-coding]").first.wait_for()
    page.coder.locator(".bc-code").nth(3).hover()
    page.text.focus()
    page.page.keyboard.press("?")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
            theme,
        )
        page.page.wait_for_timeout(500)
        found = Axe().run(page.page, context=".bantar-coder").response
        grave = [
            (theme, v["id"], [n["html"][:90] for n in v["nodes"]][:3], v["nodes"][0]["any"])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert not grave, json.dumps(grave, indent=1)[:3000]
    assert page.outside == [] and page.faults == []


def test_what_data_say_is_never_markup(coder_page):
    study = coder_page.study_at("hostile")
    hostile = "<img src=x onerror=alert(1)> [x](javascript:y) $a$ {{x}} {role}\n"
    (study / "documents" / "talk.txt").write_text(hostile, "utf-8")
    page = coder_page("hostile")
    page.page.on("dialog", lambda dialog: page.faults.append(dialog.message))
    page.coder.locator(".bc-maker summary").click()
    page.coder.get_by_label("What the code is called").fill(hostile.strip())
    page.coder.get_by_role("button", name="Make code").click()
    page.says("made the code")
    page.text.focus()
    for key in ("p", "+", "Enter"):
        page.page.keyboard.press(key)
    page.coder.locator(".bc-list li[data-coding]").wait_for()
    assert page.coder.locator("img, script, a").count() == 0 and page.faults == []
    assert page.marks == [hostile.strip()]


LONG = 2500  # paragraphs of 40 words: some 200 pages


def test_a_long_document_stays_fluid(coder_page):
    study = coder_page.study_at("long")
    sentence = "Warga lorong membersihkan selokan setiap hari Minggu pagi bersama ketua RT"
    text = "\n\n".join(f"{n}. " + ". ".join([sentence] * 4) + "." for n in range(1, LONG + 1))
    (study / "documents" / "talk.txt").write_text(text, "utf-8")
    page = coder_page("long")
    assert page.text.locator("p").count() == LONG
    # The page's own computing time for a step: what else the machine does is not in it.
    tool = page.context.new_cdp_session(page.page)
    tool.send("Performance.enable", {"timeDomain": "threadTicks"})
    spent = {step: _computing(page, tool, step) for step in ("scroll", "select")}
    print({step: round(ms, 1) for step, ms in spent.items()})
    assert max(spent.values()) < 40
    page.text.focus()
    for key in ("Control+End", "s", "1", "+", "Enter"):
        page.page.keyboard.press(key)
    page.says("Saved")
    assert codings_of(study)[0]["span"]["end"] == len(text)


def _computing(page, tool, step: str, times: int = 60) -> float:
    """Return the milliseconds that the page's main thread computes for one step."""

    def so_far() -> float:
        metrics = tool.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    before = so_far()
    page.page.evaluate(_STEPS, [step, times])
    return (so_far() - before) * 1000 / times


_STEPS = """async ([what, times]) => {
  const text = document.querySelector(".bantar-coder .bc-text");
  const paragraphs = text.querySelectorAll("p");
  const from = Math.floor(paragraphs.length / 2);
  text.focus();
  for (let n = 0; n < times; n++) {
    if (what === "scroll") text.scrollBy(0, 900);
    else document.getSelection().setBaseAndExtent(
      paragraphs[from].firstChild, 3, paragraphs[from + (n >> 2)].firstChild, 5 + n);
    await new Promise(requestAnimationFrame);
  }
}"""


def test_places_are_converted_in_the_page_as_in_python(browser):
    source = (bantar_lib.lab.__path__[0] + "/widget/places.js", "utf-8")
    with open(source[0], encoding=source[1]) as file:  # noqa: PTH123
        module = file.read()
    page = browser.new_page()
    texts = ["", "RT", "a🙂b", "cafe\u0301", "ꦲꦏ꧀ꦱꦫ", "👩‍👩‍👧 x", "🙂🙂"]
    found = page.evaluate(
        """async ([module, texts]) => {
          const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
          const { toPoints, toUnits, lanes } = await import(url);
          return {
            points: texts.map((t) => toPoints(t, t.length)),
            back: texts.map((t) => [...t].map((_, n) => toPoints(t, toUnits(t, n)))),
            lanes: [...lanes([{ id: "a", start: 0, end: 9 }, { id: "b", start: 2, end: 5 },
                              { id: "c", start: 5, end: 12 }, { id: "d", start: 9, end: 11 }])],
          };
        }""",
        [module, texts],
    )
    page.close()
    assert found["points"] == [len(t) for t in texts]
    assert found["back"] == [list(range(len(t))) for t in texts]
    assert found["lanes"] == [["a", 0], ["b", 1], ["c", 1], ["d", 0]]
