"""Whole commands: words in; exit code, streams and files out."""

import json
import os
import signal
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from tiny import TINY

from hypertune.cli import main
from hypertune.resources import resource_folder

SHIPPED = sorted(path.stem for path in resource_folder("specs").glob("*.hspec"))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    Path("tiny.hspec").write_text(TINY)
    Path("wrong.hspec").write_text(TINY.replace("l2(decay)", "l2(decoy)"))
    Path("bytes.hspec").write_bytes(b"hspec 1\n\xff\xfe\0")
    Path("folder.hspec").mkdir()
    Path("including.hspec").write_text('hspec 1\ninclude "tinny.hspec"\n')


def call(*words, **options):
    return CliRunner().invoke(main, [str(word) for word in words], **options)


def first_line():
    """What a training says of its threads, whatever other tests have set them to."""
    threads = torch.get_num_threads()
    return f"training with {threads} thread{'s' * (threads > 1)}\n"


def weights(run):
    return Path(run, "model.safetensors").read_bytes()


def trained(*words):
    result = call("train", "tiny.hspec", "--out", "run", "--tune", "plain", *words)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_specs_are_found_by_name_and_right(name):
    result = call("check", "--strict", name)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no mistakes" in result.stderr


def test_check_reads_standard_input():
    assert call("check", "-", input=TINY).exit_code == 0
    assert call("check", "-", input="hspec 7").exit_code == 1


def test_check_tells_people_on_stderr():
    result = call("check", "wrong.hspec")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "did you mean `decay`?" in result.stderr
    assert "\x1b" not in result.stderr


def test_check_tells_programs_on_stdout():
    result = call("check", "--json", "wrong.hspec")
    assert (result.exit_code, result.stderr) == (1, "")
    (mistake,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert mistake["severity"] == "error"
    assert mistake["start"]["line"] == TINY[: TINY.index("l2(")].count("\n") + 1


def test_warnings_are_mistakes_only_if_strict():
    unused = TINY.replace("hyper decay", "hyper unused : rate = 0.1\nhyper decay", 1)
    assert call("check", "-", input=unused).exit_code == 0
    result = call("check", "--strict", "-", input=unused)
    assert (result.exit_code, "warning[" in result.stderr) == (1, True)


def test_colour_is_forced_and_refused(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in call("check", "wrong.hspec", color=True).stderr
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in call("check", "wrong.hspec", color=True).stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("check nothing.hspec", 4, "there is no spec `nothing.hspec`"),
        ("check quickstar", 4, "did you mean `quickstart`?"),
        ("check folder.hspec", 4, "Is a directory"),
        ("check bytes.hspec", 1, "HT109"),
        ("check tiny.hspec --set tune.epoch=3", 1, "did you mean `epochs`?"),
        (
            "check tiny.hspec --set tunes.epochs=3",
            1,
            "no block, hyperparameter or constant `tunes`",
        ),
        ("check tiny.hspec --set tune.epochs=", 1, "expected a value"),
        ("check tiny.hspec --set epochs", 1, "--set:1:7"),
        ("check tiny.hspec --bogus", 2, "No such option"),
        ("check tiny.hspec --catalogue mine", 2, "MODULE:NAME"),
        ("check tiny.hspec --catalogue no_such_module:K", 2, "no_such_module"),
        ("check tiny.hspec --catalogue ..a:b", 2, "MODULE:NAME"),
        ("check tiny.hspec --catalogue a:b.c", 2, "MODULE:NAME"),
        ("check tiny.hspec --catalogue os:path", 2, "is a module, not a catalogue"),
        ("check tiny.hspec --catalogue opcode:opmap", 2, "has a int at"),
        ("train tiny.hspec --tune plane", 2, "did you mean `plain`?"),
        ("train tiny.hspec --epochs 0", 2, "--epochs"),
        ("train tiny.hspec --device cuda:77", 1, "no device `cuda:77`"),
        ("train tiny.hspec --out .", 4, "not empty"),
        ("train tiny.hspec --out tiny.hspec", 4, "tiny.hspec is a file"),
        ("train tiny.hspec --out tiny.hspec/run", 4, "Not a directory"),
        ("train wrong.hspec", 1, "decoy"),
        ("train program.json", 4, "there is no spec"),
        ("resume nothing", 4, "does not exist"),
        ("resume folder.hspec", 4, "it has no run.json"),
        ("export nothing", 4, "does not exist"),
        ("compile tiny.hspec --emit nonsense", 2, "nonsense"),
        ("compile tiny.hspec -o nowhere/out", 4, "No such file or directory"),
        ("explain HT000", 2, "no diagnostic has the code HT000"),
        ("kinds linaer", 2, "did you mean `linear`?"),
        ("explain 201", 2, "did you mean `HT201`?"),
        ("nonsense", 2, "there is no command `nonsense`"),
        ("chekc tiny.hspec", 2, "did you mean `check`?"),
        ("check tniy.hspec", 4, "did you mean `tiny.hspec`?"),
        ("check quikstart", 4, "did you mean `quickstart`?"),
        ("check other.hspec", 4, "shipped are"),
        ("check including.hspec", 1, "did you mean `tiny.hspec`?"),
        ("train tiny.hspec --device gpu", 1, "`--device auto` spreads"),
    ],
)
def test_a_mistake_of_the_user_ends_in_words(words, code, message):
    result = call(*words.split())
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    monkeypatch.setattr("hypertune.cli.check.read_spec", lambda _: 1 / 0)
    assert isinstance(call("check", "tiny.hspec").exception, ZeroDivisionError)


def test_data_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("HYPERTUNE_DATA", "empty")
    monkeypatch.setenv("HOME", str(Path.cwd()))
    result = call("train", "fashion_cnn", "--out", "run")
    assert result.exit_code == 4
    assert "`download = true`" in result.stderr
    assert not Path("run").exists()


def test_a_spec_compiles_to_every_form():
    tree = call("compile", "tiny.hspec", "--emit", "ast").stdout
    assert tree.startswith("Spec\n")
    assert "Layer" in tree
    assert "decay" in call("compile", "tiny.hspec").stdout
    assert json.loads(call("compile", "tiny.hspec", "--emit", "json").stdout)
    assert "650" in call("compile", "tiny.hspec", "--emit", "plan").stdout.split()


def test_a_compiled_program_trains_like_its_spec():
    assert call("compile", "tiny.hspec", "--emit", "json", "-o", "p.json").exit_code == 0
    trained()
    assert call("check", "p.json").exit_code == 0
    assert call("train", "p.json", "--out", "again", "--tune", "plain").exit_code == 0
    assert (
        Path("again/model.safetensors").read_bytes() == Path("run/model.safetensors").read_bytes()
    )
    assert not Path("again/spec.hspec").exists()
    assert call("train", "p.json", "--set", "tune.epochs=1").exit_code == 2


def test_any_form_of_a_spec_can_come_from_standard_input():
    program = call("compile", "tiny.hspec", "--emit", "json").stdout
    spec = call("render", "tiny.hspec").stdout
    for text in (program, spec):
        assert call("check", "-", input=text).exit_code == 0
        assert call("render", "-", input=text).stdout == spec
        assert call("diff", "tiny.hspec", "-", input=text).exit_code == 0
    assert call("train", "-", "--tune", "plain", "--out", "run", input=program).exit_code == 0
    assert "<stdin>: " in call("check", "-", input="{").stderr


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 999}', ""])
def test_a_damaged_program_is_refused_in_words(text):
    Path("p.json").write_text(text)
    result = call("train", "p.json", "--out", "run")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("error: p.json: ")


def test_a_file_that_cannot_be_written_goes_by_its_own_name(monkeypatch):
    def full(*_):
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = call("train", "tiny.hspec", "--out", "run")
    assert (result.exit_code, result.stderr) == (
        4,
        f"{first_line()}error: run: No space left on device\n",
    )
    assert [path.name for path in Path().iterdir() if "run" in path.name] == []


def test_training_tells_rows_on_stderr_and_the_end_on_stdout():
    result = trained("--epochs", "3", "--seed", "5")
    rows = [line.split() for line in result.stderr.removeprefix(first_line()).splitlines()]
    assert rows[0][:5] == ["epoch", "time", "train_loss", "valid_loss", "valid_accuracy"]
    assert [row[0] for row in rows[1:4]] == ["1", "2", "3"]
    assert "\x1b" not in result.output
    assert "fixed: completed 9 steps" in result.stdout
    assert "test accuracy" in result.stdout
    summary = json.loads(Path("run/summary.json").read_text())
    assert (summary["seed"], summary["epochs"]) == (5, 3)


def test_a_training_too_short_to_tune_says_so():
    asked = ("train", "tiny.hspec", "--out", "run")
    assert "note: nothing will be tuned" in call(*asked, "--epochs", "1").stderr
    assert "nothing will be tuned" not in call(*asked[:-1], "more", "--epochs", "2").stderr
    assert "nothing will be tuned" not in trained("--out", "plain", "--epochs", "1").stderr


def test_overrides_stand_in_the_spec_of_the_run():
    trained("--set", "tune.epochs=1", "--set", "data.scale=standardize")
    text = Path("run/spec.hspec").read_text()
    assert text.count("epochs  = 1") == 2
    assert "scale = standardize" in text
    assert call("train", "run/spec.hspec", "--tune", "plain", "--out", "again").exit_code == 0
    assert (
        Path("again/model.safetensors").read_bytes() == Path("run/model.safetensors").read_bytes()
    )


def test_the_spec_of_a_run_needs_no_other_file(monkeypatch):
    Path("parts").mkdir()
    Path("tiny.hspec").rename("parts/tiny.hspec")
    Path("tiny.hspec").write_text('hspec 1\ninclude "parts/tiny.hspec"\n')
    trained("--set", "tune.epochs=1")
    before = call("compile", "tiny.hspec", "--emit", "json", "--set", "tune.epochs=1").stdout
    monkeypatch.chdir("run")
    assert call("check", "spec.hspec").exit_code == 0
    assert call("compile", "spec.hspec", "--emit", "json").stdout == before


def test_training_that_diverges_exits_3_and_keeps_the_best():
    steep = ["--set", "tune.plain.weights=sgd(lr = 1e7)"]
    result = call(
        "train", "tiny.hspec", "--out", "run", "--tune", "plain", "--epochs", "9", *steep
    )
    assert result.exit_code == 3
    assert "diverged" in result.stdout
    assert json.loads(Path("run/summary.json").read_text())["outcome"] == "diverged"
    assert call("resume", "run").exit_code == 3


def test_a_run_that_has_ended_says_so():
    trained()
    result = call("resume", "run")
    assert result.exit_code == 0
    assert "has ended already" in result.stderr


def test_an_export_needs_torch_alone(tmp_path):
    trained("--set", "data.scale=standardize")
    result = call("export", "run", "-o", "net.py")
    assert result.stdout.split() == ["net.py", "net.safetensors"]
    use = """
import sys, torch, net
x = torch.randn(3, 1, 8, 8)
assert net.load()(net.scaled(x)).shape == (3, 10)
assert not {"hypertune", "safetensors", "attrs"} & set(sys.modules)
print(net.load()(net.scaled(torch.ones(1, 1, 8, 8))).sum().item())
"""
    done = subprocess.run([sys.executable, "-c", use], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    import torch

    import hypertune

    run = hypertune.load_run("run")
    scaling = run.about.scaling["input"]
    x = (torch.ones(1, 1, 8, 8) - torch.tensor(scaling["mean"])) / torch.tensor(scaling["std"])
    assert float(done.stdout) == pytest.approx(run.model()(x).sum().item(), abs=1e-5)


def test_an_unfinished_run_is_not_exported():
    trained()
    Path("run/summary.json").unlink()
    result = call("export", "run")
    assert (result.exit_code, "hypertune resume run" in result.stderr) == (4, True)


def test_explain_tells_what_a_code_that_was_given_up_is_part_of():
    done = call("explain", "ht301")
    assert done.stdout.startswith("HT301 is part of HT302 now\n\nerror[HT302]: ")


def test_explain_tells_of_every_code():
    codes = [line.split()[0] for line in call("explain").stdout.splitlines()]
    assert codes == sorted(set(codes))
    assert "{" not in call("explain").stdout
    for code in codes:
        assert len(call("explain", code.lower()).stdout.splitlines()) > 2


def test_kinds_are_listed_and_described():
    assert "\nlayer:\n" in call("kinds").stdout
    page = call("kinds", "linear").stdout
    assert page.startswith("layer linear(out_features, bias = true, tied = none)")


def test_kinds_of_ones_own_are_known_by_the_word_of_the_user(monkeypatch):
    Path("own_kinds.py").write_text(
        "from attrs import evolve\n"
        "from hypertune.layers import LINEAR\n"
        "KINDS = {'dense': evolve(LINEAR, name='dense')}\n"
    )
    monkeypatch.syspath_prepend(str(Path.cwd()))
    Path("own.hspec").write_text(TINY.replace("linear(10)", "dense(10)"))
    assert call("check", "own.hspec").exit_code == 1
    mine = ("--catalogue", "own_kinds:KINDS")
    assert call("check", "own.hspec", *mine).exit_code == 0
    words = ("--tune", "plain", "--out", "run", *mine)
    assert call("train", "own.hspec", *words).exit_code == 0
    assert "--catalogue own_kinds:KINDS" in call("export", "run").stderr
    assert call("export", "run", *mine).exit_code == 0
    Path("run/summary.json").unlink()
    assert "--catalogue own_kinds:KINDS" in call("resume", "run").stderr
    assert call("resume", "run", *mine).exit_code == 0


def test_the_first_line_of_a_training_says_how_many_threads_are_used():
    assert trained().stderr.startswith(first_line())


def test_a_run_can_be_resumed_on_a_device_that_is_named():
    trained()
    Path("run/summary.json").unlink()
    gone = call("resume", "run", "--device", "cuda:63")
    assert gone.exit_code == 1
    assert "this machine has no device `cuda:63`" in gone.stderr
    here = call("resume", "run", "--device", "auto")
    assert here.exit_code == 0
    assert "the device was cpu and is auto" in here.stderr or torch.accelerator.is_available()


def test_fmt_lays_out_in_place():
    Path("ugly.hspec").write_text(TINY.replace("  source = digits", "source=digits"))
    assert call("fmt", "--check", "ugly.hspec").exit_code == 1
    assert "+  source = digits" in call("fmt", "--diff", "ugly.hspec").stdout
    assert call("fmt", "ugly.hspec").exit_code == 0
    assert Path("ugly.hspec").read_text() == TINY
    assert call("fmt", "--check", "ugly.hspec", "quickstart").exit_code == 0
    assert call("fmt", "-", input=TINY.replace(" = ", "=")).stdout.startswith("hspec 1\n")


def test_what_is_written_over_keeps_its_mode_and_is_whole_or_not_at_all(monkeypatch):
    Path("out.json").write_text("mine")
    Path("out.json").chmod(0o640)
    words = ("compile", "tiny.hspec", "--emit", "json", "-o", "out.json", "--force")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert call(*words).exit_code == 130
    assert Path("out.json").read_text() == "mine"
    assert call(*words).exit_code == 0
    assert Path("out.json").read_text().startswith("{")
    assert Path("out.json").stat().st_mode & 0o777 == 0o640
    assert not list(Path().glob(".*.part"))


def test_a_pipe_is_written_to_and_stays():
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert call("compile", "tiny.hspec", "--emit", "json", "-o", "pipe", "--force").exit_code == 0
    assert os.read(reader, 1 << 16).startswith(b"{")
    os.close(reader)
    assert Path("pipe").is_fifo()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_fmt_keeps_the_ends_of_lines(end):
    Path("ends.hspec").write_bytes(TINY.replace(" = ", "=").replace("\n", end).encode())
    assert call("fmt", "ends.hspec").exit_code == 0
    assert Path("ends.hspec").read_bytes() == TINY.replace("\n", end).encode()
    assert call("fmt", "--check", "ends.hspec").exit_code == 0


def test_fmt_lays_out_what_it_can_and_leaves_links_and_modes():
    ugly = TINY.replace("  source = digits", "source=digits")
    Path("ugly.hspec").write_text(ugly)
    Path("ugly.hspec").chmod(0o640)
    Path("link.hspec").symlink_to("ugly.hspec")
    Path("broken.hspec").write_text("hspec 1\nlet = 3\n")
    result = call("fmt", "broken.hspec", "link.hspec")
    assert (result.exit_code, "error[HT101]" in result.stderr) == (1, True)
    assert Path("ugly.hspec").read_text() == TINY
    assert Path("ugly.hspec").stat().st_mode & 0o777 == 0o640
    assert Path("link.hspec").is_symlink()
    Path("p.json").write_text(call("compile", "tiny.hspec", "--emit", "json").stdout)
    assert call("fmt", "p.json").exit_code == 2


def test_every_command_has_help():
    for name in main.list_commands(None):
        assert call(name, "--help").stdout.startswith("Usage: ")
    assert call("--version").stdout.startswith("hypertune ")


def started(*words):
    """A real process that has made its first report."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hypertune", "train", "tiny.hspec", "--out", "run", *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for _ in range(2):
        process.stderr.readline()
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_run_that_can_be_resumed(number):
    with started("--set", "tune.epochs=1_000_000") as process:
        process.send_signal(number)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "hypertune resume run" in err
    assert "Traceback" not in err
    assert Path("run/last.safetensors").exists()
    assert not Path("run/summary.json").exists()


def test_a_run_in_use_is_refused():
    with started("--set", "tune.epochs=1_000_000") as process:
        result = call("resume", "run")
        process.kill()
    assert (result.exit_code, "in use" in result.stderr) == (4, True)
