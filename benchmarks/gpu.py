"""All benchmarks that a GPU can take, on the GPU, in one table of text.

    python benchmarks/gpu.py FILE [--quick] [--device cuda]

Writes FILE anew: the machine, then what each benchmark prints, or how it ended, each as soon as it
has ended. Without a GPU it
says so and exits with 2; `--device cpu --quick` shows that all of it runs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import torch

HERE = Path(__file__).parent
BENCHMARKS = {  # what each is given, and what makes it quick
    "steps.py": (
        ["--compile", "--capture", "--channels-last", "--bf16"],
        [
            "--capture",
            "--channels-last",
            "--rounds",
            "2",
            "--threads",
            "1",
            "--only",
            "quickstart",
        ],
    ),
    "launches.py": ([], ["--only", "64-8-8-10"]),
    "scale.py": (["--full"], ["--rounds", "1", "--only", "layers", "batches"]),
    "recurrent.py": ([], ["--rounds", "2", "--units", "8", "--threads", "1"]),
    "modules.py": ([], ["--rounds", "1", "--side", "32", "--batch", "4", "resnet18"]),
}


def machine(device: str) -> str:
    """What the figures were measured on."""
    where = "CPU"
    if device != "cpu":
        found = torch.cuda.get_device_properties(device)
        where = f"{found.name}, {found.total_memory / 2**30:.0f} GiB, CUDA {torch.version.cuda}"
    return f"{where}, torch {torch.__version__}, {datetime.now(UTC):%Y-%m-%d}"


def section(name: str, device: str, quick: bool) -> tuple[str, bool]:
    """What a benchmark printed, and whether it came to its end."""
    given, fewer = BENCHMARKS[name]
    words = [name, "--device", device, *(fewer if quick else given)]
    print(" ".join(["python", f"benchmarks/{words[0]}", *words[1:]]), file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, str(HERE / name), *words[1:]], capture_output=True, text=True, check=False
    )
    ended = (
        "" if done.returncode == 0 else f"\nended with {done.returncode}\n{done.stderr[-2000:]}"
    )
    command = f"    python benchmarks/{' '.join(words)}"
    return f"## {name}\n\n{command}\n\n```\n{done.stdout}{ended}```\n", done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--quick", action="store_true", help="few rounds of small networks")
    options = parser.parse_args()
    if options.device != "cpu" and not torch.cuda.is_available():
        print("error: torch sees no GPU here; `--device cpu --quick` tries the command without")
        return 2
    text, all_ended = f"# {machine(options.device)}\n", True
    for name in BENCHMARKS:
        said, ended = section(name, options.device, options.quick)
        text, all_ended = f"{text}\n{said}", all_ended and ended
        options.file.write_text(text, encoding="utf-8")
    return 0 if all_ended else 1


if __name__ == "__main__":
    sys.exit(main())
