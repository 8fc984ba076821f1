"""`torchvision(model, num_classes)`: a classifier of torchvision, all of whose layers respond."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape

# The side of the smallest square image that each can read. Left out are those with several outputs
# in training, and those whose layers see windows of an image instead of examples.
SMALLEST = {
    "alexnet": 63,
    **dict.fromkeys(("convnext_tiny", "convnext_small", "convnext_base", "convnext_large"), 32),
    **dict.fromkeys(("densenet121", "densenet161", "densenet169", "densenet201"), 29),
    **{f"efficientnet_b{size}": 1 for size in range(8)},
    **dict.fromkeys(("efficientnet_v2_s", "efficientnet_v2_m", "efficientnet_v2_l"), 1),
    **dict.fromkeys(("mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"), 1),
    **dict.fromkeys(("mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large"), 1),
    **dict.fromkeys(("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"), 1),
    **dict.fromkeys(("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"), 1),
    **{f"shufflenet_v2_x{size}": 1 for size in ("0_5", "1_0", "1_5", "2_0")},
    "squeezenet1_0": 21,
    "squeezenet1_1": 17,
    **{f"vgg{size}": 32 for size in (11, 13, 16, 19)},
    **{f"vgg{size}_bn": 32 for size in (11, 13, 16, 19)},
    **dict.fromkeys(("wide_resnet50_2", "wide_resnet101_2"), 1),
}
# Of vision transformers the side of a patch; as many as the image has room for are read.
PATCHES = {"vit_b_16": 16, "vit_b_32": 32, "vit_l_16": 16, "vit_l_32": 32, "vit_h_14": 14}


def _output(args: Args, shape: Shape) -> Shape:
    model = args["model"]
    channels, height, width = shape
    if channels != 3:
        raise WrongShape(
            f"a classifier of torchvision reads images of 3 channels, not of {channels}",
            "put `conv2d(3, 1)` before it",
        )
    if patch := PATCHES.get(model):
        if height != width or height % patch:
            raise WrongShape(f"`{model}` reads square images of whole patches of {patch} pixels")
    elif min(height, width) < SMALLEST[model]:
        raise WrongShape(f"`{model}` reads images of at least {SMALLEST[model]} pixels a side")
    return (args["num_classes"],)


def _plain(args: Args, shape: Shape) -> Plain:
    options = {"num_classes": args["num_classes"]}
    if args["model"] in PATCHES:
        options["image_size"] = shape[1]
    return Plain(args["model"], (), options, library="torchvision.models")


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.conversion import convert

    return convert(_plain(args, shape).build(), lambda layer: tuple(range(given))).layer


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    return _counted(args["model"], args["num_classes"], shape, given)


@lru_cache(maxsize=64)
def _counted(model: str, num_classes: int, shape: Shape, given: int) -> Costs:
    """By building it on tensors without numbers."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from hypertune.conditioning import Conditioning
    from hypertune.response.parameters import split_parameters

    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        layer = _build({"model": model, "num_classes": num_classes}, shape, given).eval()
        layer(torch.empty(1, *shape), Conditioning())
    groups = split_parameters(layer)
    base, response = (sum(p.numel() for p in group.values()) for group in groups)
    return Costs(base, response, counter.get_total_flops())


TORCHVISION = LayerType(
    name="torchvision",
    doc="A classifier of torchvision with fresh weights, all layers of which respond: `resnet18`, "
    "`vit_b_16` and the like. What is folded and exported is torchvision's own.",
    args=(
        Arg("model", "string", "which", choices=(*SMALLEST, *PATCHES)),
        Arg("num_classes", "int", "numbers that it gives", low=1),
    ),
    ranks=(3,),
    output=_output,
    build=_build,
    plain=_plain,
    responds=True,
    costs=_costs,
    waived={
        "responds linearly": "activations stand between its layers",
        "treats rows alone": "in training, most normalise the rows of a batch together",
        "responds to each example alone": "what is normalised together has responded before",
        "linearises to its derivative": "it bends within the step of a finite difference; its "
        "layers keep the law, and so does what is converted (tests/test_converted_layers.py)",
    },
)
