"""A training that is planned not to fit into memory is refused before anything is made."""

import pytest
from click.testing import CliRunner

from hypertune.catalogue import Unreadable
from hypertune.cli import main
from hypertune.data import main_memory
from hypertune.data.main_memory import check_fits, free_bytes, size
from hypertune.jobs import memory

SPEC = """
hspec 1
data {{ source = digits; split = (train = 50%, valid = 20%, test = 30%); batch = 64 }}
model (1, 8, 8) {{ flatten; linear({width}); relu; linear(10) }}
objective {{ train = cross_entropy; valid = cross_entropy }}
tune {{ method = fixed; weights = sgd(lr = 0.1); epochs = 1 }}
"""


@pytest.fixture
def train(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(width, *words):
        (tmp_path / "a.hspec").write_text(SPEC.format(width=width), encoding="utf-8")
        asked = ["train", "a.hspec", "--device", "cpu", "--out", "run", *words]
        return CliRunner().invoke(main, asked)

    return run


def test_network_of_astronomic_size_is_refused_with_its_largest_layer(train, tmp_path):
    done = train("10**15")
    assert done.exit_code == 4
    assert "error: the training takes about " in done.stderr
    assert "the largest layer there is `linear_1` with 65_000_000_000_000_000 weights" in (
        done.stderr
    )
    assert "--any-size" in done.stderr
    assert not (tmp_path / "run").exists()


def test_what_does_not_fit_is_trained_where_that_is_asked(train, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 10_000)
    assert train(4).exit_code == 4
    assert train(4, "--any-size").exit_code == 0


def test_nothing_is_refused_where_nobody_knows_what_is_free(train, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: None)
    assert train(4).exit_code == 0


def test_free_memory_is_the_least_of_what_machine_and_container_have(tmp_path, monkeypatch):
    monkeypatch.setattr(main_memory, "_GROUP", tmp_path)
    monkeypatch.setattr(main_memory, "_SYSTEM", tmp_path / "meminfo")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 7 kB\n", encoding="utf-8")
    assert free_bytes() == 7 * 1024
    (tmp_path / "memory.max").write_text("max\n", encoding="utf-8")
    assert free_bytes() == 7 * 1024
    (tmp_path / "memory.max").write_text("3000\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("1000\n", encoding="utf-8")
    assert free_bytes() == 2000
    check_fits(2000, "it")
    with pytest.raises(Unreadable, match=r"it takes 2\.0 KiB of memory, and 2\.0 KiB are free"):
        check_fits(2001, "it")


@pytest.mark.parametrize(
    ("count", "told"),
    [(1000, "1000 bytes"), (2048, "2.0 KiB"), (5 * 2**30, "5.0 GiB"), (2**62, "4_194_304 TiB")],
)
def test_sizes_are_told_in_a_unit_that_people_read(count, told):
    assert size(count) == told
