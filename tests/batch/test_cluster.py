"""A batch on a Dask cluster: what is refused beforehand, and workers that die in the midst."""

from __future__ import annotations

import sys

import pytest

from bantar_lib import load_study, run_batch
from bantar_lib.batch import cluster as cluster_module
from bantar_lib.batch.cluster import check_workers, cluster, sees
from bantar_lib.batch.due import basis, library_sha256, versions
from bantar_lib.batch.manifest import read_manifest
from bantar_lib.errors import UserError


@pytest.fixture
def opened(study):
    return load_study(study)


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "outputs/small/id/.run/now"
    folder.mkdir(parents=True)
    return folder


class Client:
    """Stands for a cluster whose one worker sees what it is told."""

    def __init__(self, **seen) -> None:
        self.seen = seen

    def run(self, _function, *_given, **_options):
        whole = {"study": True, "outputs": True, "library": library_sha256(),
                 "versions": versions()}  # fmt: skip
        return {"tcp://w": whole | self.seen} if self.seen is not None else {}


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"study": False}, "it does not see the study at"),
        ({"outputs": False}, "it cannot write to"),
        ({"versions": {**versions(), "pandas": "1.0"}}, "it has pandas 1.0, this computer"),
        ({"library": "0"}, "it has another bantar_lib"),
    ],
)
def test_a_worker_that_cannot_do_the_work_is_named(opened, scratch, seen, said):
    with pytest.raises(UserError, match=f"^Worker tcp://w: {said}"):
        check_workers(Client(**seen), "tcp://s", opened, "small", basis(opened), scratch)
    assert not list(scratch.iterdir())


def test_a_worker_that_can_do_the_work(opened, scratch):
    check_workers(Client(), "tcp://s", opened, "small", basis(opened), scratch)
    seen = sees(str(opened.path), str(opened.path), str(scratch / "probe"))
    assert (seen["study"], seen["outputs"]) == (True, False)


def test_a_cluster_without_workers(opened, scratch):
    client = Client()
    client.seen = None
    with pytest.raises(UserError, match="tcp://s has no workers"):
        check_workers(client, "tcp://s", opened, "small", basis(opened), scratch)


def test_dask_is_an_extra(opened, scratch, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(UserError, match=r"pip install 'bantar_lib\[batch\]'"),
        cluster("tcp://s", opened, "small", basis(opened), scratch),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere:x", ""])
def test_a_scheduler_that_does_not_answer(opened, scratch, monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster_module, "_PATIENCE", "1s")
    with (
        pytest.raises(UserError, match="No scheduler answers at"),
        cluster(address, opened, "small", basis(opened), scratch),
    ):
        pass


@pytest.mark.slow
def test_a_worker_of_a_cluster_that_dies(notebooks, study, tmp_path, at, local_cluster):
    """Its notebook runs again; one that always kills its worker is given up, alone."""
    (study / "private/fails_01.txt").write_text("sleep 3")
    (study / "private/fails_02.txt").write_text("kill worker")
    table = run_batch(study, scheduler=local_cluster.scheduler_address, lang="en",
                      outputs=tmp_path / "outputs")  # fmt: skip
    assert table["status"].tolist() == ["done", "done", "failed", "done"]
    assert table["error"][2] == "its worker ended in the midst of it, 3 times"
    manifest = read_manifest(at("", "en"))
    assert manifest["districts/02_Kenanga/02_district.ipynb"]["status"] == "failed"
    assert len(manifest) == 4
    assert at("results.csv", "en").exists()
    assert not list(at("", "en").rglob(".*"))
