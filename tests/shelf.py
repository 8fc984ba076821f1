"""Count the wrong kinds on the shelf by sort, each with the law that must catch it.

PYTHONPATH=. python tests/shelf.py [--all]
"""

from __future__ import annotations

import sys

import wrong_layers
import wrong_methods
from wrong_augmentations import AUGMENTATIONS
from wrong_losses import LOSSES

SHELF: dict[str, list[tuple[str, str]]] = {
    "layers": [(wrong.what, wrong.law) for wrong in wrong_layers.SHELF],
    "augmentations": [(wrong.what, wrong.law) for wrong in AUGMENTATIONS],
    "losses": [(wrong.what, wrong.law) for wrong in LOSSES],
    "methods": [(wrong.__name__, law) for law, wrong in wrong_methods.SHELF.items()],
}


def main() -> None:
    for sort, wrongs in SHELF.items():
        laws = {law for _, law in wrongs}
        print(f"{len(wrongs):3} wrong {sort}, caught by {len(laws)} laws")
        for what, law in wrongs if "--all" in sys.argv else ():
            print(f"    {what}: {law}")
    print(f"{sum(map(len, SHELF.values())):3} in all")


if __name__ == "__main__":
    main()
