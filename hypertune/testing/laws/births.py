"""What a layer is before it has learnt anything."""

from __future__ import annotations

from hypertune.testing.case import Case, silent
from hypertune.testing.law import law, responds, same


@law(responds)
def ignores_hyperparameters_at_birth(case: Case) -> None:
    layer, x, heard = case.born(), case.inputs(), case.heard()
    same(case.run(layer, x, heard), case.run(layer, x, silent(heard)), "it answers already")


@law()
def is_born_of_its_seed(case: Case) -> None:
    first, second = case.born().state_dict(), case.born().state_dict()
    assert first.keys() == second.keys(), "two births of one seed have other tensors"
    for name, tensor in first.items():
        same(second[name], tensor, f"two births of one seed differ in `{name}`")
