"""Mistakes that show only on a machine."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Example, Help, Note, did_you_mean


class NoSuchDevice(Diagnostic):
    """A layer or the command line asks for a device that this machine does not have.

    `on cuda:1` places a layer on the second GPU. `on auto` spreads the layers over the devices
    that are there, and works on every machine.
    """

    code = "HT501"
    title = "this machine has no device `{device}`"
    label = "placed on `{device}`"
    example = Example(
        both="""
            data.split = (train = 50%, valid = 50%)
            data.batch = all
        """,
        wrong="model (1, 8, 8) { flatten; linear(10) on cuda:63 }",
        right="model (1, 8, 8) { flatten; linear(10) on auto }",
    )

    device: str
    present: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        there = Note("the devices here are " + ", ".join(f"`{d}`" for d in self.present))
        if self.span is None:  # the command line asks for it
            return (there, Help("`--device auto` spreads the layers over what is there"))
        advice = Help("write `on auto` to spread the layers over what is there")
        return (there, *did_you_mean(self.device, self.present), advice)


class TiedApart(Diagnostic):
    """A layer is placed on another device than the layer whose weight it has.

    A weight lies on one device. Without `on`, a tied layer goes where its weight is.
    """

    code = "HT502"
    title = "this layer has the weight of `{owner}`, which lies on another device"
    label = "on `{device}`, its weight on `{where}`"
    help = "leave its `on` out: it goes where its weight is"
    example = Example(
        wrong="""
            model (1, 8, 8) {
              flatten
              linear(64) on cpu as first
              linear(64, tied = first) on cuda:0
              linear(10)
            }
        """,
        right="""
            model (1, 8, 8) {
              flatten
              linear(64) on cpu as first
              linear(64, tied = first)
              linear(10)
            }
        """,
    )

    device: str
    owner: str
    where: str
