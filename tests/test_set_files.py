"""Overrides that stand in a file."""

import json

import pytest
from click.testing import CliRunner
from tiny import TINY

from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.diagnostics import Source, SpecError
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


def test_setting_reaches_blocks_of_included_files(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "all.hspec").write_text(TINY, encoding="utf-8")
    (tmp_path / "parts" / "more.hspec").write_text('hspec 1\ninclude "all.hspec"\n')
    (tmp_path / "a.hspec").write_text('hspec 1\ninclude "parts/more.hspec"\n', encoding="utf-8")
    (tmp_path / "mine.txt").write_text("# mine\ntune.plain.epochs = 8\n", encoding="utf-8")
    asked = ["compile", str(tmp_path / "a.hspec"), "--emit", "json", "--set", "tune.epochs=7"]
    assert lengths(CliRunner().invoke(main, asked).stdout) == [Quantity(7, "epochs")] * 2
    done = CliRunner().invoke(main, [*asked, "--set-file", str(tmp_path / "mine.txt")])
    assert lengths(done.stdout) == [Quantity(7, "epochs")] * 2  # words win over files

    asked = ["check", str(tmp_path / "a.hspec"), "--set", "tune.tuned.epochs=0"]
    done = CliRunner().invoke(main, asked)
    assert "--set:1:19" in done.stderr
    asked = ["check", str(tmp_path / "a.hspec"), "--set", "tunes.epochs=0"]
    done = CliRunner().invoke(main, asked)
    assert "its blocks are `data`, `objective`, `tune.tuned`, `tune.plain`" in done.stderr


def test_setting_does_not_hide_that_a_line_is_set_twice():
    twice = TINY.replace("epochs  = 2", "epochs  = 2; epochs = 3")
    with pytest.raises(SpecError, match="duplicate setting `epochs`"):
        compile_text(twice, overrides=["tune.plain.epochs=4"])


@pytest.mark.parametrize("value", ["1 +\n 2", "(1 + # one\n 2)", "(((3)))"])
def test_text_of_a_setting_stands_on_its_line(value):
    found = compile_text(TINY, overrides=[f"tune.epochs=({value})", "tune.seed=1"])
    again = compile_text(found.text)
    assert {tune.length for tune in again.program.tunes} == {Quantity(3, "epochs")}
    assert again.program == found.program


CONSTANTS = TINY.replace("hspec 1\n", "hspec 1\nlet width = 8\nlet wider = 2 * width\n").replace(
    "linear(10)", "linear(wider)\n  linear(10)"
)


def test_constant_is_set_by_its_name_alone():
    found = compile_text(CONSTANTS, overrides=["width=3"])
    assert found.program.layers[1].output == (6,)
    assert "let width = 3\n" in found.text
    assert compile_text(found.text).program == found.program


def test_constant_may_be_set_to_an_expression_of_those_above_it():
    found = compile_text(CONSTANTS, overrides=["wider=width // 2", "width=30"])
    assert found.program.layers[1].output == (15,)


def test_mistake_that_a_constant_makes_is_told_where_it_shows():
    with pytest.raises(SpecError) as caught:
        compile_text(CONSTANTS, overrides=["wider=0"])
    assert [d.span.text for d in caught.value.diagnostics if d.span] == ["wider"]


@pytest.mark.parametrize("setting", ["widht=3", "tune=3"])
def test_name_of_no_constant_is_told_with_those_there_are(setting):
    with pytest.raises(SpecError) as caught:
        compile_text(CONSTANTS, overrides=[setting])
    assert [d.code for d in caught.value.diagnostics] == ["HT110"]
    assert "its constants are `width`, `wider`" in str(caught.value)


def test_every_wrong_setting_is_told(tmp_path):
    done = run(tmp_path, "check", "data.batch =\nnothing = 3\ntune.epochs = = 5\n")
    assert [done.stderr.count(f"mine.txt:{line}:") for line in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("epochs=3", "tune.epochs"),
        ("decay=0.1", "hyper.decay"),
        ("batch=3", "data.batch"),
        ("split.train=3", "data.split"),
        ("tune.weights.lr=3", "tune.weights"),
        ("tune.tuned.weights.lr=3", "tune.tuned.weights"),
    ],
)
def test_path_that_leads_nowhere_has_a_likely_repair(asked, meant):
    with pytest.raises(SpecError) as caught:
        compile_text(TINY, overrides=[asked])
    assert f"write `{meant} = …`" in str(caught.value)


def test_length_takes_the_place_of_another():
    found = compile_text(TINY, overrides=["tune.steps=30"])
    assert {tune.length for tune in found.program.tunes} == {Quantity(30, "steps")}
    assert "epochs = " not in found.text
    assert compile_text(found.text).program == found.program


STARTS = TINY.replace(
    "hspec 1\n", "hspec 1\nhyper a, b, c : rate = 0.1 frozen  # three\nhyper d[2]: rate\n"
).replace("linear(10)", "dropout(a); dropout(b); dropout(c); dropout(d[0])\n  linear(10)")


def starts(*overrides):
    found = compile_text(STARTS, overrides=["hyper.d=0.2", *overrides])
    assert compile_text(found.text).program == found.program
    return found.text, {hyper.name: hyper.start for hyper in found.program.hypers}


def test_start_is_set_by_the_name_of_its_hyperparameter():
    text, found = starts("hyper.a=0.3", "hyper.decay=1e-5")
    assert found == {
        "a": 0.3, "b": 0.1, "c": 0.1, "d[0]": 0.2, "d[1]": 0.2, "decay": 1e-5,
    }  # fmt: skip
    assert "hyper a : rate = 0.3 frozen\nhyper b, c : rate = 0.1 frozen  # three" in text


def test_start_in_the_middle_of_several_keeps_their_order():
    text, found = starts("hyper.b=0.5", "hyper.b=0.3")
    assert list(found) == ["a", "b", "c", "d[0]", "d[1]", "decay"]
    assert (found["a"], found["b"], found["c"]) == (0.1, 0.3, 0.1)
    assert text.count(" frozen") == 3


def test_start_outside_its_domain_is_told_where_it_was_set():
    with pytest.raises(SpecError) as caught:
        starts("hyper.a=2")
    assert [(d.code, d.span.source.name) for d in caught.value.diagnostics] == [("HT404", "--set")]


def test_hyperparameter_that_is_not_there_is_told_with_those_there_are():
    with pytest.raises(SpecError, match="its hyperparameters are `a`, `b`, `c`, `d`, `decay`"):
        starts("hyper.drop=0.1")
