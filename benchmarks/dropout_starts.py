"""Where the tuned output dropout of a small LSTM goes, from five starts, as a picture.

    OMP_NUM_THREADS=1 python benchmarks/dropout_starts.py RUNS PICTURE.svg [--tune stn]

Trains `specs/texts/docs_lstm.hspec` for twelve epochs from dropout rates of 0.05, 0.3, 0.5, 0.7
and 0.9, each in a run folder below RUNS, where one that has ended is not trained again. Prints
where the rates and the losses are after the first and the last epochs.

Source: MacKay et al. 2019, figure 3, of an LSTM on the Penn Treebank.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from picture import drawing, panel, stacked

import hypertune
from hypertune import Run

SPEC = Path(__file__).parents[1] / "specs" / "texts" / "docs_lstm.hspec"
STARTS = (0.05, 0.3, 0.5, 0.7, 0.9)
EPOCHS = 12
Curves = dict[str, list[tuple[float, float]]]


def trained(folder: Path, tune: str, start: float) -> Run:
    """A run that has ended, of this start."""
    path = folder / f"{tune}-{start}"
    if (path / "program.json").exists():
        return hypertune.resume(path)
    overrides = [f"hyper.drop={start}", f"tune.epochs={EPOCHS}"]
    return hypertune.train(SPEC, tune=tune, overrides=overrides, out=path)


def curves(runs: dict[float, Run]) -> tuple[Curves, Curves]:
    """Rates and validation losses by epoch."""
    rates, losses = {}, {}
    for start, run in runs.items():
        rows = run.events
        rates[f"from {start}"] = [(0.0, start)] + [(r["epoch"], r["hypers"]["drop"]) for r in rows]
        losses[f"from {start}"] = [(row["epoch"], row["valid_loss"]) for row in rows]
    return rates, losses


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("runs", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--tune", default="stn", choices=("stn", "delta"))
    given = parser.parse_args()
    runs = {start: trained(given.runs, given.tune, start) for start in STARTS}
    rates, losses = curves(runs)
    for name, rate in rates.items():
        first, last = losses[name][0][1], losses[name][-1][1]
        print(f"{name:10}" + " ".join(f"{value:.3f}" for _, value in rate), end="   ")
        print(f"valid loss {first:.3f} to {last:.3f}")
    panels = [
        panel(stacked(0), "output dropout while the network trains once", rates),
        panel(stacked(1), "validation loss", losses),
    ]
    given.picture.write_text(drawing(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
