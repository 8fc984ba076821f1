"""What tuning is worth to an LSTM and a transformer encoder, over seeds, each with its own split.

    OMP_NUM_THREADS=1 python benchmarks/sequences.py [NAME …] [--seeds 3]

Trains each spec of `specs/sequences` with its hyperparameters tuned by Delta-STN and stuck with
their start values, and prints losses and accuracies of the network with the lowest validation
loss, and seconds of the processor. `replay.py` does so for an LSTM on a text.

Measured, means over three seeds, from the start values to tuned ones: `digits_lstm`, validation
loss 1.226 to 0.241, test accuracy 0.606 to 0.917, 6 to 12 s; `digits_transformer`, 0.347 to 0.133,
0.895 to 0.968, 6 to 16 s. Tuned is better for each seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import mean

from quickstart import MEASURES, Row, seeded, trained

from hypertune import STANDARD
from hypertune.data.loading import load

FOLDER = Path(__file__).parents[1] / "specs"
SPECS = {path.stem: path for path in sorted(FOLDER.glob("sequences/*.hspec"))}


def line(name: str, row: Row) -> str:
    """The measures of a training, and where its hyperparameters ended."""
    measured = "".join(f"{row.get(name, float('nan')):16.4f}" for name in MEASURES)
    hypers = ", ".join(f"{name} {value:.3g}" for name, value in row.get("hypers", {}).items())
    return f"  {name:12}{measured}{row['seconds']:9.0f} s   {hypers}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", default=SPECS)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    for name in options.names:
        text = SPECS[name].read_text(encoding="utf-8")
        print(f"\n{name:14}{''.join(f'{measure:>16}' for measure in MEASURES)}", flush=True)
        rows: dict[str, list[Row]] = {"tuned": [], "untuned": []}
        for seed in range(options.seeds):
            program = seeded(text, seed)
            sets = load(program.data, STANDARD)
            for tune, found in rows.items():
                found.append(trained(program, tune, sets))
                print(line(f"{tune} {seed}", found[-1]), flush=True)
        for tune, found in rows.items():
            keys = [key for key in (*MEASURES, "seconds") if key in found[0]]
            print(line(tune, {key: mean(row[key] for row in found) for key in keys}), flush=True)


if __name__ == "__main__":
    main()
