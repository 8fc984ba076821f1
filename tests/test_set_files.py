"""Overrides that stand in a file."""

import json

from click.testing import CliRunner
from tiny import TINY

from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.diagnostics import Source
from hypertune.ir import Quantity, from_json
from hypertune.overrides import settings_in


def run(tmp_path, command, text, *options):
    spec, settings = tmp_path / "a.hspec", tmp_path / "mine.txt"
    spec.write_text(TINY, encoding="utf-8")
    settings.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, [command, str(spec), "--set-file", str(settings), *options])


def lengths(shown):
    return [tune.length for tune in from_json(shown).tunes]


def test_file_changes_lines():
    lines = settings_in(Source("mine", "# short\n\ntune.epochs = 7  # few\r\ndata.batch=8\n"))
    program = compile_text(TINY, overrides=lines).program
    assert {tune.length for tune in program.tunes} == {Quantity(7, "epochs")}
    assert program.data.batch == 8


def test_word_of_the_command_line_wins_over_a_file(tmp_path):
    text = "tune.epochs = 7\ntune.plain.epochs = 8\n"
    done = run(tmp_path, "compile", text, "--emit", "json", "--set", "tune.tuned.epochs=9")
    assert lengths(done.stdout) == [Quantity(9, "epochs"), Quantity(8, "epochs")]


def test_mistake_is_shown_in_the_file(tmp_path):
    done = run(tmp_path, "check", "# mine\n\n  data.batch = -1\n")
    assert done.exit_code == 1
    assert "mine.txt:3:16" in done.stderr
    assert "3 |   data.batch = -1" in done.stderr


def test_mistake_has_its_exact_range_in_the_file(tmp_path):
    text = "# mine\n\n  data.batch = -1\n"
    done = run(tmp_path, "check", text, "--json")
    span = json.loads(done.stdout)
    assert span["start"]["offset"] == text.index("-1")
    assert span["end"]["offset"] == text.index("-1") + 2


def test_file_that_is_not_there_is_wrong_usage():
    done = CliRunner().invoke(main, ["plan", "quickstart", "--set-file", "nowhere.txt"])
    assert done.exit_code == 2


def test_compiled_program_takes_no_file(tmp_path):
    compiled = run(tmp_path, "compile", "", "--emit", "json", "-o", str(tmp_path / "p.json"))
    assert compiled.exit_code == 0
    (tmp_path / "mine.txt").write_text("tune.epochs = 1", encoding="utf-8")
    asked = ["plan", str(tmp_path / "p.json"), "--set-file", str(tmp_path / "mine.txt")]
    assert CliRunner().invoke(main, asked).exit_code == 2


def test_block_of_an_included_file_is_said_to_be_changed_there(tmp_path):
    (tmp_path / "all.hspec").write_text(TINY, encoding="utf-8")
    (tmp_path / "a.hspec").write_text('hspec 1\ninclude "all.hspec"\n', encoding="utf-8")
    asked = ["check", str(tmp_path / "a.hspec"), "--set", "tune.epochs=1"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 1
    assert "blocks of an included file are changed there" in done.stderr
