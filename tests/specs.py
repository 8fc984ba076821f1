"""Texts of specs for tests."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Source, SpecError
from hypertune.semantics import elaborate
from hypertune.standard import STANDARD
from hypertune.syntax import parse

PLAIN = {
    "version": "hspec 1",
    "names": "",
    "data": "data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }",
    "model": "model (1, 8, 8) given * { flatten; linear(10) }",
    "objective": "objective { train = cross_entropy; valid = cross_entropy }",
    "tune": "tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }",
}


def spec(**changed: str) -> str:
    """A small right spec, with some of its statements written otherwise."""
    return "\n".join(text for text in (PLAIN | changed).values() if text) + "\n"


def findings(text: str) -> tuple[Diagnostic, ...]:
    """All that there is to say about a spec: its mistakes, or else its warnings."""
    try:
        return elaborate(parse(Source("a.hspec", text)), STANDARD).warnings
    except SpecError as wrong:
        return wrong.diagnostics
