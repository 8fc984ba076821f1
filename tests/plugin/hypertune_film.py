"""`film`: a gain and a shift of each channel, which respond (Perez et al. 2018)."""

from math import prod

from hypertune import LayerType
from hypertune.catalogue import Costs, Plain


def plain(args, shape):
    return Plain("Conv2d", (shape[0], shape[0], 1), {"groups": shape[0]})


def build(args, shape, given):
    import torch  # not above: specs are checked without it

    from hypertune.response import RespondingMap

    class Film(RespondingMap):
        output_axis = 1

        def product(self, x, weight, bias=None):
            return torch.conv2d(x, weight, bias, groups=len(weight))

    return Film.initialised_as(plain(args, shape).build, given)


FILM = LayerType(
    name="film",
    doc="A gain and a shift of each channel.",
    args=(),
    ranks=(3,),  # an example is (channels, height, width)
    output=lambda args, shape: shape,
    build=build,
    plain=plain,
    responds=True,
    costs=lambda args, shape, given: Costs(
        2 * shape[0], (2 + 2 * given) * shape[0] if given else 0, 2 * prod(shape)
    ),
)
KINDS = {"film": FILM}
