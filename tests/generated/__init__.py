"""Right specs, drawn at random, in the whole language.

A room for each part of a spec: what the language gains is drawn where its like is drawn.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from generated.spec import MAIN as MAIN, Drawn as Drawn, drawn_spec as drawn_spec


def specs(includes: bool = True) -> st.SearchStrategy[Drawn]:
    """Specs that must compile, with the files that they include."""
    return st.integers(0, 2**32 - 1).map(lambda seed: drawn_spec(Random(seed), includes))


def spec_texts() -> st.SearchStrategy[str]:
    """Specs that must compile, each in one file."""
    return specs(includes=False).map(lambda drawn: drawn.text)
