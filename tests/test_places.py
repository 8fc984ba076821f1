"""A path in a spec is seen from the file that it stands in; a run is found from anywhere."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import hypertune
from hypertune.cli.entry import main
from hypertune.compiler import compile_text

SPEC = """\
hspec 1
data { SOURCE; split = (train = 60%, valid = 20%, test = 20%); batch = all }
model (2) { linear(1) }
objective { train = mse; valid = mse }
tune { method = fixed; weights = sgd(lr = 0.1); epochs = 2 }
"""
TABLE = 'source = csv("data/t.csv", target = "y")'
ROWS = "a,b,y\n" + "".join(f"{i},{i % 3},{2 * i}\n" for i in range(20))


def call(*words):
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with `sub/mine.hspec` and `sub/data/t.csv`, where the commands start."""
    (tmp_path / "sub" / "data").mkdir(parents=True)
    (tmp_path / "sub" / "data" / "t.csv").write_text(ROWS)
    (tmp_path / "sub" / "mine.hspec").write_text(SPEC.replace("SOURCE", TABLE))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def file_of(path):
    return hypertune.compile(path).data.source.args["file"]


def test_a_path_is_seen_from_the_spec(home, monkeypatch):
    assert file_of("sub/mine.hspec") == "sub/data/t.csv"
    monkeypatch.chdir(home / "sub")
    assert file_of("mine.hspec") == "data/t.csv"
    assert file_of(home / "sub" / "mine.hspec") == str(home / "sub" / "data" / "t.csv")


def test_a_path_in_an_included_file_is_seen_from_there(home):
    block = SPEC.replace("SOURCE", TABLE).splitlines()[1]
    (home / "sub" / "data.hspec").write_text(f"hspec 1\n{block}\n")
    rest = SPEC.replace("data { SOURCE;", "#").replace(
        "hspec 1", 'hspec 1\ninclude "sub/data.hspec"'
    )
    (home / "all.hspec").write_text(rest)
    assert file_of("all.hspec") == "sub/data/t.csv"


def test_a_setting_is_seen_from_the_command_line(home):
    setting = 'data.source=csv("sub/data/t.csv", target = "y")'
    assert call("check", "sub/mine.hspec", "--set", setting).exit_code == 0
    wrong = call("check", "sub/mine.hspec", "--set", setting.replace("sub/", ""))
    assert wrong.exit_code == 1


def test_an_absolute_path_stays_as_it_is(home):
    full = str(home / "sub" / "data" / "t.csv")
    text = SPEC.replace("SOURCE", TABLE.replace("data/t.csv", full))
    assert compile_text(text, "sub/x.hspec").program.data.source.args["file"] == full


@pytest.mark.parametrize("own_line", [False, True])
def test_a_root_is_a_path_on_either_place(home, own_line):
    source = 'source = mnist; root = "files"' if own_line else 'source = mnist(root = "files")'
    text = SPEC.replace("SOURCE", source).replace("test = 20%", "").replace("%, )", "%)")
    text = text.replace("(2) { linear(1)", "(1, 28, 28) { flatten; linear(10)")
    text = text.replace("mse", "cross_entropy")
    found = compile_text(text, "sub/x.hspec")
    assert found.program.data.source.args["root"] == "sub/files"
    again = compile_text(found.text, "far/away.hspec").program
    assert again.data.source.args["root"] == str(home / "sub" / "files")


def test_a_run_is_resumed_and_its_spec_read_from_anywhere(home, monkeypatch):
    run = hypertune.train("sub/mine.hspec", out="run", epochs=1)
    assert run.program.data.source.args["file"] == str(home / "sub" / "data" / "t.csv")
    path = run.path.absolute()
    (path / "summary.json").unlink()
    monkeypatch.chdir(home / "elsewhere")
    hypertune.resume(path)
    assert call("check", str(path / "spec.hspec")).exit_code == 0


def test_what_is_rendered_elsewhere_means_the_same(home):
    assert call("render", "sub/mine.hspec", "-o", "elsewhere/all.hspec").exit_code == 0
    assert file_of("elsewhere/all.hspec") == "sub/data/t.csv"
    assert call("diff", "sub/mine.hspec", "elsewhere/all.hspec").exit_code == 0


def test_a_new_spec_names_its_data_from_where_it_lies(home):
    made = call("new", "--data", "sub/data/t.csv", "--target", "y", "-o", "elsewhere/new.hspec")
    assert made.exit_code == 0
    assert '"../sub/data/t.csv"' in Path("elsewhere/new.hspec").read_text()
    assert call("check", "elsewhere/new.hspec").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("compile", "sub/mine.hspec", "-o", "mine.txt"),
        ("render", "sub/mine.hspec", "-o", "mine.txt"),
        ("new", "--data", "sub/data/t.csv", "--target", "y", "-o", "mine.txt"),
    ],
)
def test_no_file_is_written_over_unless_it_is_asked_for(home, words):
    Path("mine.txt").write_text("precious")
    refused = call(*words)
    assert refused.exit_code == 4
    assert "--force" in refused.stderr
    assert Path("mine.txt").read_text() == "precious"
    assert call(*words, "--force").exit_code == 0
    assert Path("mine.txt").read_text() != "precious"


def test_an_export_writes_over_nothing(home):
    run = hypertune.train("sub/mine.hspec", out="run", epochs=1)
    Path("net.py").write_text("precious")
    refused = call("export", str(run.path), "-o", "net.py")
    assert refused.exit_code == 4
    assert not Path("net.safetensors").exists()
    assert call("export", str(run.path), "-o", "net.py", "--force").exit_code == 0
    assert Path("net.safetensors").exists()
