"""Text of unknown origin does nothing where it is shown or written."""

import ast
import io
import json

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

import hypertune
from hypertune.cli import main
from hypertune.emitting.dot_text import quoted
from hypertune.emitting.python_text import in_docstring
from hypertune.reporting.closing import closing
from hypertune.reporting.rows import Rows
from hypertune.runs.about import About, read_about, write_about
from hypertune.runtime import Reported
from hypertune.terminal import visible, visible_lines

RED = "\x1b[31m"


@given(st.text())
def test_a_docstring_holds_any_text_on_one_line(text):
    source = f'"""{in_docstring(text)}"""\n'
    body = ast.parse(source.encode()).body
    assert len(body) == 1
    assert body[0].value.value == text
    assert source.count("\n") == 1


@given(st.text())
def test_no_character_reaches_a_terminal_that_it_would_obey(text):
    shown = visible(text)
    assert shown.replace("\t", "").isprintable()
    assert len(shown) == len(text)


def test_lines_stay_lines():
    assert visible_lines(f"a{RED}\nb\r") == "a␛[31m\nb␍"


@given(st.text())
def test_a_label_of_a_drawing_ends_where_it_should(text):
    inner = quoted(text)[1:-1]
    assert "\n" not in inner
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")
    assert not inner.replace("\\\\", "").replace('\\"', "").endswith("\\")


def test_the_log_of_a_training_is_visible():
    stream = io.StringIO()
    hypers = {f"way{RED}": f"left{RED}"}
    Rows(stream)(Reported(1, 1.0, 1.0, 0.5, 0.5, {f"m{RED}": 1.0}, hypers, {}, True))
    assert "\x1b" not in stream.getvalue()
    assert "␛" in stream.getvalue()


def test_the_end_of_a_training_is_visible():
    numbers = {"epoch": 1.0, f"valid{RED}": 0.5, "hypers": {f"way{RED}": f"left{RED}"}}
    summary = {"method": RED, "message": RED, "seconds": 1.0, "best": numbers, "last": numbers}
    assert "\x1b" not in closing({f"way{RED}": f"right{RED}"}, summary)


def test_the_header_of_a_table_reaches_no_terminal_raw(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(f"a{RED},b\n1,2\n", encoding="utf-8")
    for words in ([], ["--target", "c"]):
        done = CliRunner().invoke(main, ["new", "--data", str(table), *words])
        assert done.exit_code in (2, 4)
        assert "a␛[31m" in done.stderr
        assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "name", ['"""\nimport os; os.abort()\n"""', "\\", 'x"', "\ud800", "ü\r\n", "", "\0", "$title"]
)
def test_the_name_of_a_run_does_nothing_in_what_is_exported(tmp_path, small_run, name):
    about = small_run.folder.about
    before = about.read_text(encoding="utf-8")
    tree = json.loads(before)
    evil = '"""\nimport os; os.abort()'
    tree |= {"name": name, "columns": [evil], "class_names": [evil]}
    try:
        about.write_text(json.dumps(tree), encoding="utf-8")
        from hypertune.jobs.exporting import export

        module, _ = export(small_run, tmp_path / "net.py")
        body = ast.parse(module.read_bytes()).body
        assert ast.get_docstring(ast.Module(body, [])).startswith(f"{name}, trained".lstrip())
        names = {type(node).__name__ for node in body}
        assert names <= {"Expr", "Import", "ImportFrom", "Assign", "ClassDef", "FunctionDef"}
        assert all(a.name in ("json", "torch") for n in body for a in _imported(n))
    finally:
        about.write_text(before, encoding="utf-8")


def _imported(node):
    return node.names if isinstance(node, ast.Import) else []


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    from tiny import TINY

    spec = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    spec.write_text(TINY)
    out = tmp_path_factory.mktemp("runs") / "run"
    return hypertune.train(spec, tune="plain", epochs=1, out=out)


def test_words_that_are_no_text_are_kept_in_run_json(tmp_path):
    about = About("n", "", 0, "cpu", 1, "", ("train", "\udc80"), "", {}, {})
    write_about(tmp_path / "run.json", about)
    assert read_about(tmp_path / "run.json") == about
