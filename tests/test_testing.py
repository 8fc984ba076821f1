"""The conformance kit catches what it is there to catch, and says what it waives."""

from __future__ import annotations

import pytest
import shelf
import torch
from attrs import evolve
from hypothesis import Phase, given, settings
from responding_prelu import PRELU
from wrong_layers import RIGHT, SHELF, Wrong
from wrong_layers.nested import Wrapped
from wrong_layers.wrong import affine

from hypertune import layers
from hypertune.catalogue import Arg, LayerType
from hypertune.compiler import compile_text
from hypertune.diagnostics import SpecError
from hypertune.layers.dropout import DROPOUT
from hypertune.layers.linear import LINEAR
from hypertune.layers.relu import RELU
from hypertune.testing import LAWS, Case, Sample, cases, layer_laws, trials
from hypertune.testing.law import Law

pytest_plugins = ["pytester"]


@pytest.fixture
def _unshrunk():
    """What is only to be caught need not be shrunk."""
    settings.register_profile("unshrunk", phases=[Phase.generate])
    before = settings.get_current_profile_name()
    settings.load_profile("unshrunk")
    yield
    settings.load_profile(before)


@pytest.mark.usefixtures("_unshrunk")
@pytest.mark.parametrize("wrong", SHELF, ids=lambda wrong: f"{wrong.what} - {wrong.law}")
def test_that_a_law_catches(wrong: Wrong):
    with pytest.raises(AssertionError):
        trials(wrong.kind)[wrong.law]()


@pytest.mark.parametrize("law", RIGHT)
def test_that_a_law_lets_pass_what_is_right(law: str):
    trials(RIGHT[law])[law]()


@layer_laws(affine(Wrapped))
def test_that_a_layer_inside_a_layer_keeps_the_laws(law):
    law()


@layer_laws(PRELU)
def test_that_a_layer_keeps_the_laws_whose_weights_have_one_axis(law):
    law()


def test_that_every_law_has_something_to_catch():
    assert {law.name for law in LAWS} == {wrong.law for wrong in SHELF}


def test_that_a_layer_is_held_to_the_laws_that_concern_it():
    assert set(trials(LINEAR)) == {law.name for law in LAWS} - {"reads the values of each example"}
    assert "reads the values of each example" in trials(DROPOUT)
    assert "responds linearly" not in trials(RELU)


def test_that_only_laws_can_be_waived():
    with pytest.raises(ValueError, match=r"waives .'is beautiful'., which is no law of its"):
        trials(evolve(RELU, waived={"is beautiful": "it is not"}))


def test_that_an_argument_that_cannot_be_drawn_is_told():
    kind: LayerType = evolve(RELU, args=(Arg("module", "call", "any module"),))
    with pytest.raises(ValueError, match="the kit cannot draw `module`"):
        trials(kind)["is its state dict"]()


def test_that_a_failure_shows_the_smallest_case():
    wrong = next(w for w in SHELF if w.what == "no base")
    with pytest.raises(AssertionError) as failure:
        trials(wrong.kind)[wrong.law]()
    (note,) = [n for n in failure.value.__notes__ if "case=" in n]
    assert "linear(out_features = 1, bias = " in note
    assert "on 1 examples of (1,), seed 0" in note


def test_that_a_waiver_needs_a_reason():
    with pytest.raises(ValueError, match=r"waives .'treats rows alone'. without a reason"):
        trials(evolve(RELU, waived={"treats rows alone": ""}))


def test_that_the_environment_asks_for_more_cases_and_others(monkeypatch: pytest.MonkeyPatch):
    def tried() -> list[Case]:
        found: list[Case] = []
        law = Law("is tried", found.append)
        evolve(trials(LINEAR)["treats rows alone"], law=law)()
        return found

    first = tried()
    assert tried() == first
    assert len(first) == 25
    monkeypatch.setenv("HYPERTUNE_CASES", "40")
    assert len(tried()) == 40
    monkeypatch.setenv("HYPERTUNE_SEED", "1")
    assert tried()[:25] != first


def test_that_a_sibling_is_tried_in_full_where_the_environment_says_how_many(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delenv("HYPERTUNE_CASES", raising=False)
    assert Sample().one_in(8).size == 3
    monkeypatch.setenv("HYPERTUNE_CASES", "200")
    assert Sample().one_in(8).size == 200


def test_that_the_environment_names_the_device(monkeypatch: pytest.MonkeyPatch):
    found: set[str] = set()

    def hold(case: Case) -> None:
        found.add(torch.empty(0).device.type)

    def tried() -> set[str]:
        found.clear()
        evolve(trials(RELU)["treats rows alone"], law=Law("is tried", hold))()
        return found

    assert tried() == {"cpu"}
    monkeypatch.setenv("HYPERTUNE_DEVICE", "meta")
    assert tried() == {"meta"}


def test_that_thirty_wrong_kinds_or_more_stand_on_the_shelf():
    assert sum(map(len, shelf.SHELF.values())) >= 30
    assert all(shelf.SHELF.values())


@pytest.mark.parametrize("kind", layers.STANDARD, ids=lambda kind: kind.name)
def test_that_the_part_of_a_spec_that_shows_a_case_is_right(kind: LayerType):
    @settings(deadline=None, max_examples=10, database=None)
    @given(cases(kind))
    def hold(case: Case) -> None:
        with pytest.raises(SpecError) as missing:
            compile_text(f"hspec 1\n{case.fragment()}\n", "case.hspec")
        assert {found.code for found in missing.value.diagnostics} == {"HT224"}

    hold()


def test_that_a_waived_law_is_expected_to_fail_and_must_not_hold(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import torch
        from attrs import evolve
        from hypertune.layers.relu import RELU
        from hypertune.response import Layer
        from hypertune.testing import layer_laws

        class Centred(Layer):
            def forward(self, x, conditioning):
                return x - x.mean(0)

        CENTRED = evolve(
            RELU,
            build=lambda args, shape, given: Centred(),
            waived={"treats rows alone": "it subtracts the mean", "is its state dict": "why not"},
        )

        @layer_laws(CENTRED)
        def test_centred(law):
            if law.law.name in CENTRED.waived:
                law()
        """
    )
    result = pytester.runpytest("-p", "hypertune.pytest_plugin", "-W", "ignore")
    held = len(trials(RELU)) - 2
    result.assert_outcomes(passed=held, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*XPASS(strict)*waived: why not*",
            "*test_centred[[]treats rows alone]: waived: it subtracts the mean",
            f"{held} laws held, 1 waived",
        ]
    )
