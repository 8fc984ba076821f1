"""What the kinds of pooling share, of 1 to 3 axes of space."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.windows import (
    SPACE,
    ceil_mode,
    pooled,
    size,
    sizes,
    stride_of,
    window_args,
)


def max_pool(axes: int) -> LayerType:
    """That of `nn.MaxPool2d` and its like."""
    declared = (
        *window_args(axes),
        size(axes, "dilation", "step within a window", 1),
        ceil_mode(),
    )

    def build(args: Args, shape: Shape, given: int) -> Any:
        from hypertune.response.max_pool import max_pool

        kernel, padding = sizes(args, "kernel_size", axes), sizes(args, "padding", axes)
        dilation = sizes(args, "dilation", axes)
        return max_pool(kernel, stride_of(args, axes), padding, dilation, args["ceil_mode"])

    return LayerType(
        name=f"max_pool{axes}d",
        doc=f"The largest number of every window of {SPACE[axes]}.",
        args=declared,
        ranks=(1 + axes,),
        output=pooled,
        build=build,
        plain=lambda args, shape: Plain.of(f"MaxPool{axes}d", args, declared),
        costs=_sliding_costs,
    )


def avg_pool(axes: int) -> LayerType:
    """That of `nn.AvgPool2d` and its like."""
    declared: tuple[Arg, ...] = (
        *window_args(axes),
        ceil_mode(),
        Arg("count_include_pad", "bool", "whether padding counts in the mean", default=True),
    )
    if axes > 1:
        what = "what sums are divided by instead"
        declared += (Arg("divisor_override", "int", what, default=None, low=1),)

    def output(args: Args, shape: Shape) -> Shape:
        _refuse_small_volume(args, shape)
        return pooled(args, shape)

    def build(args: Args, shape: Shape, given: int) -> Any:
        from torch import float32, nn, promote_types

        from hypertune.response.linear_map import LinearMap

        pool = getattr(nn, f"AvgPool{axes}d")(**args)
        if axes < 3:
            return LinearMap(pool)
        # On a CPU, torch has none of volumes in half precision.
        return LinearMap(lambda x: pool(x.to(promote_types(x.dtype, float32))).to(x.dtype))

    return LayerType(
        name=f"avg_pool{axes}d",
        doc=f"The mean of every window of {SPACE[axes]}.",
        args=declared,
        ranks=(1 + axes,),
        output=output,
        build=build,
        plain=lambda args, shape: Plain.of(f"AvgPool{axes}d", args, declared),
        costs=_sliding_costs,
    )


def _refuse_small_volume(args: Args, shape: Shape) -> None:
    """Refuse what torch's means of windows do.

    Raises:
        WrongShape: if a volume is smaller than a window.

    """
    kernel = sizes(args, "kernel_size", len(shape) - 1)
    if len(kernel) == 3 and any(size < k for size, k in zip(shape[1:], kernel, strict=True)):
        raise WrongShape("torch takes no volume that is smaller than a window")


def lp_pool(axes: int) -> LayerType:
    """That of `nn.LPPool2d` and its like."""
    window, stride, _ = window_args(axes)
    declared = (
        Arg("norm_type", "int", "the power of the norm: 1, or an even one", low=1),
        window,
        stride,
        ceil_mode(),
    )

    def output(args: Args, shape: Shape) -> Shape:
        power = args["norm_type"]
        if power > 1 and power % 2:
            raise WrongShape(
                "an odd power of a negative number is negative, and has no root",
                f"choose `norm_type = {power + 1}`",
            )
        _refuse_small_volume(args, shape)
        return pooled({**args, "padding": 0}, shape)

    def build(args: Args, shape: Shape, given: int) -> Any:
        from hypertune.response.lp_pool import LPPool

        kernel, stride = sizes(args, "kernel_size", axes), stride_of(args, axes)
        return LPPool(args["norm_type"], kernel, stride, args["ceil_mode"])

    return LayerType(
        name=f"lp_pool{axes}d",
        doc=f"The norm of every window of {SPACE[axes]}: the root of the sum of powers.",
        args=declared,
        ranks=(1 + axes,),
        output=output,
        build=build,
        plain=lambda args, shape: Plain.of(f"LPPool{axes}d", args, declared),
        costs=lambda args, shape, given: _sliding_costs({**args, "padding": 0}, shape, given),
    )


def adaptive_avg_pool(axes: int) -> LayerType:
    """That of `nn.AdaptiveAvgPool2d` and its like."""

    def build(args: Args, shape: Shape, given: int) -> Any:
        from torch import nn

        from hypertune.response.linear_map import LinearMap

        return LinearMap(getattr(nn, f"AdaptiveAvgPool{axes}d")(args["output_size"]))

    return _adaptive(axes, "Avg", "Means", build)


def adaptive_max_pool(axes: int) -> LayerType:
    """That of `nn.AdaptiveMaxPool2d` and its like."""

    def build(args: Args, shape: Shape, given: int) -> Any:
        from hypertune.response.max_pool import adaptive_max_pool

        return adaptive_max_pool(sizes(args, "output_size", axes))

    return _adaptive(axes, "Max", "The largest numbers", build)


def _adaptive(axes: int, which: str, what: str, build: Any) -> LayerType:
    declared = (size(axes, "output_size", "size of the output along every axis"),)
    torch = f"Adaptive{which}Pool{axes}d"

    def costs(args: Args, shape: Shape, given: int) -> Costs:
        channels, *image = shape
        seen = (
            sum(-(-(i + 1) * size // count) - i * size // count for i in range(count))
            for size, count in zip(image, sizes(args, "output_size", axes), strict=True)
        )
        return Costs(flops=channels * prod(seen))

    return LayerType(
        name=f"adaptive_{which.lower()}_pool{axes}d",
        doc=f"{what} of as many windows of {SPACE[axes]} as are asked for.",
        args=declared,
        ranks=(1 + axes,),
        output=lambda args, shape: (shape[0], *sizes(args, "output_size", axes)),
        build=build,
        plain=lambda args, shape: Plain.of(torch, args, declared),
        costs=costs,
    )


def _sliding_costs(args: Args, shape: Shape, given: int) -> Costs:
    kernel = sizes(args, "kernel_size", len(shape) - 1)
    return Costs(flops=prod(pooled(args, shape)) * prod(kernel))
