"""No command writes over what it reads, whatever is forced."""

import shutil

import pytest
from click.testing import CliRunner
from tiny import TINY

import hypertune
from hypertune.cli import main

ROWS = "\n".join(f"{i},{i * 1.37:.2f}" for i in range(40))


def refused(*words):
    done = CliRunner().invoke(main, [*map(str, words), "--force"])
    assert done.exit_code == 4, done.output
    assert "is read here" in done.stderr


def test_a_draft_does_not_replace_its_table(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(f"a,b\n{ROWS}\n")
    refused("new", "--data", table, "--target", "b", "-o", table)
    (tmp_path / "link").symlink_to(table)
    refused("new", "--data", table, "--target", "b", "-o", tmp_path / "link")
    assert table.read_text() == f"a,b\n{ROWS}\n"


@pytest.mark.parametrize("command", [["render"], ["compile"], ["compile", "--emit", "python"]])
def test_a_compiled_form_replaces_neither_its_spec_nor_its_data(tmp_path, command):
    spec, table = tmp_path / "s.hspec", tmp_path / "t.csv"
    table.write_text(f"a,b\n{ROWS}\n")
    text = TINY.replace("digits", 'csv("t.csv", target = "b")').replace("(1, 8, 8)", "(1)")
    text = text.replace("  flatten\n  linear(10)", "  linear(1)").replace("cross_entropy", "mse")
    text = text.replace("  batch  = 64", "  batch  = all")
    spec.write_text(text.replace("  report = accuracy\n", ""))
    outer = tmp_path / "outer.hspec"
    outer.write_text('hspec 1\ninclude "s.hspec"\n')
    before = spec.read_text(), table.read_text()
    refused(*command, spec, "-o", spec)
    refused(*command, spec, "-o", table)
    refused(*command, outer, "-o", spec)
    assert (spec.read_text(), table.read_text()) == before


def test_an_export_replaces_nothing_of_its_run(tmp_path):
    (tmp_path / "s.hspec").write_text(TINY)
    run = hypertune.train(tmp_path / "s.hspec", tune="plain", epochs=1, out=tmp_path / "run")
    copy = shutil.copytree(run.path, tmp_path / "copy")
    refused("export", run.path, "-o", run.path / "model.py")
    assert {p.name: p.read_bytes() for p in run.path.iterdir()} == {
        p.name: p.read_bytes() for p in copy.iterdir()
    }
