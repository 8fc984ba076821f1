"""Reports that go to TensorBoard and MLflow, by the command's options."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner
from tiny import STUDY, TINY

import hypertune
from hypertune.cli import main


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "tiny.hspec"
    path.write_text(TINY)
    return path


def invoke(*args):
    done = CliRunner().invoke(main, [*map(str, args)])
    assert done.exit_code == 0, done.output
    return done


def test_tensorboard_gets_every_report(spec, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    invoke("train", spec, "--out", tmp_path / "run", "--tensorboard", tmp_path / "board")
    board = EventAccumulator(str(tmp_path / "board")).Reload()
    rows = hypertune.load_run(tmp_path / "run").events
    found = board.Scalars("loss/valid")
    assert [one.step for one in found] == [row["step"] for row in rows]
    assert [one.value for one in found] == pytest.approx([row["valid_loss"] for row in rows])
    names = {"loss/train", "hyper/decay", "metric/valid_accuracy"}
    assert names <= set(board.Tags()["scalars"])
    assert "statistic/perturbation_scale/decay" in board.Tags()["scalars"]


# What MLflow and its dependencies warn of is theirs.
@pytest.mark.filterwarnings("ignore")
def test_mlflow_gets_every_report_of_a_study(spec, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    uri = f"file:{tmp_path / 'tracked'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    spec.write_text(STUDY)
    invoke("train", spec, "--tune", "s", "--out", tmp_path / "run", "--mlflow", "digits")
    client = mlflow.MlflowClient(uri)
    (run,) = client.search_runs([client.get_experiment_by_name("digits").experiment_id])
    assert run.info.status == "FINISHED"
    rows = hypertune.load_run(tmp_path / "run").events
    logged = client.get_metric_history(run.info.run_id, "loss/valid")
    assert [one.value for one in logged] == [row["valid_loss"] for row in rows]
    assert [one.step for one in logged] == [1, 2]


def test_what_is_not_installed_is_said(spec, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("hypertune.reporting.tensor")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    args = ["train", str(spec), "--out", str(tmp_path / "run"), "--tensorboard", str(tmp_path)]
    done = CliRunner().invoke(main, args)
    assert done.exit_code == 2
    assert "pip install 'hypertune-stn[tensorboard]'" in done.output
    assert not (tmp_path / "run").exists()


def test_neither_is_imported_unless_asked(spec, tmp_path):
    code = (
        "import sys; from hypertune.cli import main\n"
        f"try: main(['train', {str(spec)!r}, '--epochs', '1', '--out', {str(tmp_path / 'r')!r}])\n"
        "except SystemExit: pass\n"
        "print({'tensorboard', 'mlflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
