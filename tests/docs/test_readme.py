"""The READMEs say what the library computes, and every command in them exists."""

import re
import runpy
import shlex
from pathlib import Path

import pytest

from bantar_lib import cli

TOP = Path(__file__).parents[2]
README = runpy.run_path(str(TOP / ".ci" / "readme.py"))


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_summary_is_computed(lang):
    readme, picture = README["READMES"][lang]
    text = (TOP / readme).read_text(encoding="utf-8")
    assert README["summary"](lang) in text, "run: python .ci/readme.py"
    assert f"](docs/{picture})" in text
    assert (TOP / "docs" / picture).stat().st_size > 5000


def commands(name):
    text = (TOP / name).read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    return sorted(set(re.findall(r"^(?:\.venv\\Scripts\\)?bantar (.+?)(?:\s+#.*)?$", blocks, re.M)))


@pytest.mark.parametrize("name", ["README.md", "README.id.md", "CONTRIBUTING.md"])
def test_every_command_is_one(name):
    found = commands(name)
    assert len(found) >= 4
    for line in found:
        options = cli._parser().parse_args(shlex.split(line))
        assert callable(options.call)


@pytest.mark.parametrize("name", ["README.md", "README.id.md", "CONTRIBUTING.md"])
def test_every_link_leads_somewhere(name):
    for target in re.findall(r"\]\(([^)#]+)\)", (TOP / name).read_text(encoding="utf-8")):
        assert target.startswith("https://") or (TOP / target).exists(), target


def test_every_make_target_is_one():
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    for name in ("README.md", "README.id.md", "CONTRIBUTING.md"):
        text = (TOP / name).read_text(encoding="utf-8")
        assert set(re.findall(r"^make ([a-z]+)", text, re.M)) <= targets
