"""The examples of docs/python.md run, and it names all that `hypertune` has."""

import ast
import re
from pathlib import Path

import pytest
import torch

import hypertune

PAGE = (Path(__file__).parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
SPECS, PROBLEM, MODULE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_its_spec_trains(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(SPECS, names)
    assert names["again"].summary == names["run"].summary
    assert names["program"].hypers[0].start == 0.2


def test_its_problem_is_tuned():
    names = {}
    exec(PROBLEM, names)
    *_, last = names["reports"]
    x, y, best = names["x_train"], names["y_train"], []
    for penalty in torch.logspace(-5, 1, 61):
        hessian = x.T @ x / len(x) + penalty * torch.eye(6)
        w = torch.linalg.solve(hessian, x.T @ y / len(x))
        loss = (names["x_valid"] @ w - names["y_valid"]).square().mean()
        best.append((float(loss), float(penalty)))
    (least, at), without = min(best), best[0][0]
    assert last.valid_loss - least < 0.05 * (without - least)
    assert at / 2 < last.hypers["penalty"] < at * 2


def test_its_module_is_tuned_and_takes_the_weights(capsys):
    names = {}
    exec(MODULE, names)
    assert capsys.readouterr().out.startswith("4 layers respond, 0 stay plain\n")
    event, module = names["event"], names["module"].eval()
    hypers, state = names["tuned"], names["training"].state
    assert (state.unconstrained_H != hypers.start_H).all()
    right = sum(int((module(x).argmax(1) == y).sum()) for x, y in names["valid"])
    assert right / 597 > 0.9
    assert event.outcome.step == 60


def test_what_an_existing_script_needs_is_little():
    added = MODULE[MODULE.index("# What is added") :].splitlines()
    assert len([line for line in added if line.strip()]) <= 40


@pytest.mark.parametrize("name", hypertune.__all__)
def test_it_tells_of_every_public_name(name):
    assert getattr(hypertune, name) is not None
    assert re.search(rf"\b{name}\b", PAGE)


def test_names_for_type_checkers_are_those_that_are_there():
    tree = ast.parse(Path(hypertune.__file__).read_text(encoding="utf-8"))
    (typed,) = [node for node in tree.body if isinstance(node, ast.If)]
    found = {
        f"{node.module}.{alias.asname}"
        for node in ast.walk(typed)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert found == {
        f"{home}.{name}" for home, names in hypertune._HOMES.items() for name in names
    }
