"""YAML with line numbers; its refusals are tested with the frameworks that are read by it."""

import yaml

from bantar_lib.yaml_file import Entries, read_yaml


def test_every_mapping_knows_its_line(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("# note\ntop: 1\nlist:\n  - {deep: x}\n\n  - deep: y\n", encoding="utf-8")
    entries = read_yaml(path)
    assert entries == {"top": 1, "list": [{"deep": "x"}, {"deep": "y"}]}
    assert [entries.line, *(e.line for e in entries["list"])] == [2, 4, 6]


def test_yaml_as_others_use_it_stays_as_it_was(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("top: 1\n", encoding="utf-8")
    read_yaml(path)
    assert not isinstance(yaml.safe_load("a: 1\n"), Entries)
    assert type(yaml.load("a: 1\n", getattr(yaml, "CSafeLoader", yaml.SafeLoader))) is dict
