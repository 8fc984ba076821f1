"""Imports of what is heavy, without a search for garbage among what they make."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heavy_imports() -> Iterator[None]:
    """Within, nobody looks for garbage; nor does anybody among what is there at the end.

    Torch makes some hundred thousand objects that stay. Python would look through them several
    times while they are made, and again when it ends, which takes a fifth of the import. Once
    torch is there, this does nothing.
    """
    if "torch" in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()
