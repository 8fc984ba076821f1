"""What the README shows is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hypertune.cli import main
from hypertune.cli.entry import Commands

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
SPEC = next(text for _, text in BLOCKS if text.startswith("hspec 1"))
KINDS, WITH_WEIGHTS, LAWS = (
    next(text for _, text in BLOCKS if words in text)
    for words in ("KINDS = ", 'KINDS["sequence_conv"]', "@layer_laws")
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my.hspec").write_text(SPEC)
    Path("my_kinds.py").write_text(KINDS + WITH_WEIGHTS)


def test_its_spec_is_right():
    result = CliRunner().invoke(main, ["check", "--strict", "my.hspec"])
    assert result.exit_code == 0, result.stderr


def test_its_commands_are_there():
    named = set(re.findall(r"`hypertune (\w+)", README))
    assert isinstance(main, Commands)
    assert named <= set(main.list_commands(None))


def test_its_layer_type_trains_and_is_exported():
    Path("my.hspec").write_text(SPEC.replace("  relu\n", "  smooth_relu(beta = 2.0)\n"))
    mine = ["--catalogue", "my_kinds:KINDS"]
    words = ["train", "my.hspec", "--epochs", "1", "--out", "run", *mine]
    for call in (words, ["export", "run", "-o", "net.py", *mine]):
        result = CliRunner().invoke(main, call)
        assert result.exit_code == 0, result.output
    assert "nn.Softplus(beta=2.0)" in Path("net.py").read_text()


@pytest.mark.parametrize("kind", ["SMOOTH_RELU", "SEQUENCE_CONV"])
def test_its_layer_type_keeps_the_laws(kind):
    Path("test_laws.py").write_text(LAWS.replace("SMOOTH_RELU", kind))
    words = [sys.executable, "-m", "pytest", "-q", "test_laws.py"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
