"""The benchmarks that nobody runs every day come to their end."""

import re
import runpy
import sys
from pathlib import Path

import pytest
import torch

HOUSE = Path(__file__).parents[1]


@pytest.fixture
def gpu(monkeypatch):
    """`benchmarks/gpu.py` with its words; the exit code."""
    found = runpy.run_path(str(HOUSE / "benchmarks" / "gpu.py"))
    found["main"].__globals__["BENCHMARKS"] = {
        "steps.py": (
            ["--compile"],
            ["--channels-last", "--rounds", "2", "--threads", "1", "--only", "64-8-8-10"],
        ),
        "launches.py": ([], ["--only", "64-8-8-10"]),
    }

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["gpu.py", *map(str, words)])
        return found["main"]()

    return run


def test_benchmarks_of_a_gpu_run_without_one_where_that_is_asked(gpu, tmp_path):
    assert gpu(tmp_path / "table.md", "--device", "cpu", "--quick") == 0
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert f"torch {torch.__version__}" in table
    assert (
        "python benchmarks/steps.py --device cpu --channels-last --rounds 2 --threads 1" in table
    )
    assert "delta_stn, validation" in table
    asked = dict(re.findall(r"(?m)^  (\S.*?) +(\d+)$", table))
    assert int(asked["delta_stn, captured"]) < int(asked["delta_stn"]) / 5


def test_benchmarks_of_a_gpu_say_that_there_is_none_and_write_nothing(
    gpu, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu(tmp_path / "table.md") == 2
    assert "torch sees no GPU here" in capsys.readouterr().out
    assert not (tmp_path / "table.md").exists()


def test_a_table_of_steps_takes_the_place_of_the_last_one(tmp_path):
    steps = runpy.run_path(str(HOUSE / "benchmarks" / "steps.py"))
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{steps['BEGIN']}old\n{steps['END']}\nafter\n", encoding="utf-8")
    for row in ("| first |\n", "| second |\n"):
        steps["write"](page, "Said.", [row])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "| second |" in text
    assert "old" not in text
    assert "first" not in text
