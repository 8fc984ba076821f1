"""The first spec of `hypertune new`, as it stands, against scikit-learn on its embedded tables.

    OMP_NUM_THREADS=1 python benchmarks/drafts.py [--tables iris wine] [--splits 40 44]

A table is written as csv, drafted, and trained with the draft's own split, of which only the seed
changes. scikit-learn gets the same test part, and as its user would fit it, training and
validation part together, scaled as for the draft: ridge or logistic regression, and an MLP, each
with its penalty chosen there by cross-validation of the loss that is compared. A draft ends with
the same examples: `refit` trains it again on both parts.
Losses are of the test part: cross-entropy, or the squared error in deviations of the target.
The drafts were made on splits from 100 on. 0 to 4 were seen before `refit`, 10 to 14 after it, 20
to 24 after `prior`, 30 to 34 after `noise`, and 40 to 44 after a narrower prior.
What was found is in docs/decisions/0020-drafts.md.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev
from time import process_time
from typing import Any

import numpy as np
from attrs import evolve
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import hypertune
from hypertune import STANDARD, Program, compile_text
from hypertune.data.loading import load
from hypertune.data.sets import Sets
from hypertune.draft import draft_for_table

TABLES = ("diabetes", "breast_cancer", "iris", "wine", "digits", "linnerud")
REAL = ("diabetes", "linnerud")
ALPHAS = {"alpha": [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]}


def drafted(table: str, folder: Path) -> Program:
    """The program of the draft for a table, which is written into the folder."""
    found = getattr(datasets, f"load_{table}")()
    target = found.target if found.target.ndim == 1 else found.target[:, 0]  # weight, of linnerud
    path = folder / f"{table}.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*(f"x{i}" for i in range(found.data.shape[1])), "y"])
        rows.writerows([*x, y] for x, y in zip(found.data.tolist(), target, strict=True))
    draft = draft_for_table(str(path), "y", classes=table not in REAL)
    return compile_text(draft.text).program


def trained(program: Program, tune: str, seed: int, folder: Path) -> float:
    """Test loss of the network that a run keeps."""
    run = hypertune.train(program, tune=tune, seed=seed, device="cpu", out=folder)
    return float((run.summary.get("refit") or run.summary["best"])["test_loss"])


def fitted(model: Any, sets: Sets) -> float:
    """Test loss of a model of scikit-learn, fitted to the training and the validation part."""
    parts = (sets.train, sets.valid)
    x, y = (np.concatenate([getattr(part, name) for part in parts]) for name in ("x", "y"))
    model = make_pipeline(StandardScaler(), model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", FutureWarning)
        model.fit(x, y)
    x_test, y_test = sets.test.x.numpy(), sets.test.y.numpy()
    if not sets.classes:
        return float(mean_squared_error(y_test, model.predict(x_test)))
    return float(log_loss(y_test, model.predict_proba(x_test), labels=range(sets.classes)))


def rivals(classes: int) -> dict[str, Any]:
    """Models that choose their penalty themselves."""
    network = (MLPClassifier if classes else MLPRegressor)(max_iter=500, random_state=0)
    if not classes:
        return {
            "linear": RidgeCV(np.logspace(-3, 3, 13)),
            "mlp": GridSearchCV(network, ALPHAS, cv=3, scoring="neg_mean_squared_error"),
        }
    return {
        "linear": LogisticRegressionCV(max_iter=1000, scoring="neg_log_loss"),
        "mlp": GridSearchCV(network, ALPHAS, cv=3, scoring="neg_log_loss"),
    }


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """What it gives, and seconds of the processor."""
    began = process_time()
    return work(), process_time() - began


def compare(table: str, folder: Path, splits: range) -> None:
    program = drafted(table, folder)
    found: dict[str, list[tuple[float, float]]] = {}
    for seed in splits:
        data = evolve(program.data, split_seed=seed)
        seeded = evolve(program, data=data)
        sets = load(data, STANDARD)
        for tune in ("tuned", "untuned"):
            out = folder / f"{table}-{tune}-{seed}"
            result = timed(lambda p=seeded, t=tune, s=seed, o=out: trained(p, t, s, o))
            found.setdefault(tune, []).append(result)
        for name, model in rivals(sets.classes).items():
            result = timed(lambda m=model, d=sets: fitted(m, d))
            found.setdefault(name, []).append(result)
    print(f"{table}, {len(sets.train)} training rows")
    for name, results in found.items():
        losses, seconds = zip(*results, strict=True)
        around = stdev(losses) if len(splits) > 1 else 0.0
        print(f"  {name:8} {mean(losses):.4f} ± {around:.4f}  {mean(seconds):6.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="+", default=TABLES)
    parser.add_argument(
        "--splits", type=int, nargs=2, default=(40, 44), help="first and last seed"
    )
    given = parser.parse_args()
    first, last = given.splits
    splits = range(first, last + 1)
    with tempfile.TemporaryDirectory() as folder:
        for table in given.tables:
            compare(table, Path(folder), splits)


if __name__ == "__main__":
    main()
