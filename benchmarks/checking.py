"""How long `hypertune check` takes: on the quickstart, and on networks of 2,000 to 8,000 layers.

    python benchmarks/checking.py [--rounds 5]

Each round is a process of its own, the start of Python included. Prints medians and quartiles,
and what doubling the layers adds over what the start takes.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SPEC = """hspec 1
hyper drop : rate = 0.1
data {{ source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }}
model (1, 8, 8) given * {{
  flatten
  dropout(drop)
{body}
  linear(10)
}}
objective {{ train = cross_entropy; valid = cross_entropy }}
tune {{ method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.1); epochs = 1 }}
"""
COUNTS = (2000, 4000, 8000)


def seconds(path: str) -> float:
    """One `hypertune check`, which must find nothing."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "hypertune", "check", path]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        specs = {"quickstart": "quickstart"}
        for count in COUNTS:
            body = "\n".join("  linear(32); relu" for _ in range((count - 3) // 2))
            path = Path(folder) / f"{count}.hspec"
            path.write_text(SPEC.format(body=body), encoding="utf-8")
            specs[f"{count:,} layers"] = str(path)
        seconds("quickstart")  # what comes from a cold disk counts for no one
        times = {name: [seconds(path) for _ in range(rounds)] for name, path in specs.items()}
    medians = {}
    for name, found in times.items():
        low, medians[name], high = statistics.quantiles(found, n=4)
        print(f"{name:>12}  {medians[name]:.3f} s  ({low:.3f} to {high:.3f})")
    two, four, eight = (medians[f"{count:,} layers"] for count in COUNTS)
    print(f"4,000 more layers take {(eight - four) / (four - two):.2f} times what 2,000 more take")


if __name__ == "__main__":
    main()
