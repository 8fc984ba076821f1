"""Classifiers of torchvision as layers of a spec: built, tuned, folded back, exported."""

from os import environ
from runpy import run_path

import pytest
import torch
import torchvision
from hypothesis import strategies as st

import hypertune
from hypertune.catalogue import LayerType, WrongShape
from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning
from hypertune.emitting.network_source import network_source
from hypertune.jobs.exporting import export
from hypertune.layers.torchvision import PATCHES, SMALLEST
from hypertune.standard import STANDARD
from hypertune.testing import Case, Sample, trials

KIND = STANDARD.of(LayerType)["torchvision"]
SPEC = """
hspec 1
hyper decay : log(1e-6, 1e-2) = 1e-4
data { source = digits; split = (train = 48, valid = 16); batch = 16 }
model (1, 8, 8) {
  conv2d(3, 1)
  torchvision("mobilenet_v3_small", num_classes = 10) given decay as classifier
}
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune {
  method = delta_stn(warmup = 2)
  weights = sgd(lr = 0.01)
  hypers = sgd(lr = 0.1)
  epochs = 1
}
"""


def side(model):
    return 2 * PATCHES[model] if model in PATCHES else SMALLEST[model]


FAMILIES = ("alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "mnasnet0_5")
FAMILIES += ("mobilenet_v2", "resnet18", "shufflenet_v2_x0_5", "squeezenet1_0", "squeezenet1_1")
FAMILIES += ("vgg11", "vit_b_16", "vit_h_14")


NIGHTLY = {"is initialised as its plain twin", "draws its noise for each row alone"}


def small() -> st.SearchStrategy[Case]:
    """Uses of a small network with all that torchvision's have: groups, norms, shuffles, pools."""
    args = {"model": "shufflenet_v2_x0_5", "num_classes": 2}
    counts, seeds = st.integers(1, 2), st.integers(0, 2**16 - 1)
    shape = st.just((3, 32, 32))
    return st.builds(Case, st.just(KIND), st.just(args), shape, counts, st.just(4), seeds)


def held():
    """Every law as a parameter, on one case where the laws of others are tried on 25."""
    sample = Sample(size=max(1, Sample().size // 25))
    for name, trial in trials(KIND, small(), sample).items():
        why = f"waived: {KIND.waived.get(name)}"
        marks = pytest.mark.xfail(reason=why, raises=AssertionError, strict=True)
        yield pytest.param(trial, id=name, marks=marks if trial.waived else ())


@pytest.mark.parametrize("law", [*held()])
def test_a_network_as_a_layer(law):
    if law.law.name == "has the gradient of finite differences":
        pytest.skip("it takes two calls for each of 340,000 parameters; its layers keep the law")
    if law.law.name in NIGHTLY and "HYPERTUNE_CASES" not in environ:
        pytest.skip("it takes hundreds of networks: HYPERTUNE_CASES=25 asks for it")
    law()


def test_every_model_is_one_of_torchvisions():
    assert set(torchvision.models.list_models(torchvision.models)) >= {*SMALLEST, *PATCHES}


@pytest.mark.parametrize("model", FAMILIES)
def test_it_reads_the_smallest_image_that_it_says_it_reads(model):
    args, shape = {"model": model, "num_classes": 7}, (3, side(model), side(model))
    assert KIND.output(args, shape) == (7,)
    with torch.device("meta"):
        module = KIND.plain(args, shape).build().eval()
        assert module(torch.empty(2, *shape)).shape == (2, 7)
        smaller = torch.empty(2, *shape[:2], shape[2] - 1)
        if model in PATCHES or shape[1] > 1:
            with pytest.raises((RuntimeError, AssertionError)):
                module(smaller)
            with pytest.raises(WrongShape, match=f"`{model}` reads"):
                KIND.output(args, smaller.shape[1:])


@pytest.mark.parametrize("model", ["resnet18", "densenet121", "vit_b_32", "convnext_tiny"])
def test_all_of_it_responds_and_it_costs_what_it_says(model):
    args, shape = {"model": model, "num_classes": 3}, (3, side(model), side(model))
    with torch.device("meta"):
        layer = KIND.build(args, shape, 2)
        layer.linearised(torch.empty(2, *shape), None, Conditioning({}, torch.empty(2, 2)))
    costs = KIND.costs(args, shape, 2)
    parameters = [*layer.parameters()]
    plain = getattr(torchvision.models, model)
    with torch.device("meta"):
        options = {"image_size": side(model)} if model in PATCHES else {}
        base = sum(p.numel() for p in plain(num_classes=3, **options).parameters())
    assert costs.base == base
    assert costs.base + costs.response == sum(p.numel() for p in parameters)
    assert costs.response > 0.95 * base
    assert costs.flops > base


def test_a_spec_tunes_it_and_gives_back_torchvisions_own(tmp_path):
    program = compile_text(SPEC, "spec").program
    run = hypertune.train(program, out=tmp_path / "run")
    network = run.model()
    assert isinstance(network.classifier, torchvision.models.MobileNetV3)
    untouched = torchvision.models.mobilenet_v3_small(num_classes=10)
    untouched.load_state_dict(network.classifier.state_dict())
    assert untouched.features[0][1].num_batches_tracked == run.summary["best"]["step"]

    module, _ = export(run, tmp_path / "network.py")
    again = run_path(str(module))["load"]()
    x = torch.randn(2, 1, 8, 8)
    torch.testing.assert_close(again(x), network(x))


def test_its_source_says_where_it_comes_from():
    source = network_source(compile_text(SPEC, "spec").program, STANDARD)
    assert "from torch import nn\nfrom torchvision import models\n\n\nclass" in source
    assert "self.classifier = models.mobilenet_v3_small(num_classes=10)\n" in source
