"""A training that is stopped in the middle and taken up goes exactly as one that was not."""

import json

import torch
from attrs import evolve

from hypertune.runtime import Noted, Reported
from hypertune.runtime.snapshots import flatten, unflatten
from hypertune.runtime.templates import mismatch, template


def hold_taken_up(make, at):
    """The undisturbed training, after its run; what is taken up is laid out as files have it.

    Args:
        make: gives a training that has not begun, the same every time.
        at: after how many steps another one is stopped.

    """
    whole, first, second = make(), make(), make()
    expected = reports(whole)
    events = first.run()
    while first.step < at:
        next(events)
    tensors, skeleton = flatten(first.snapshot())
    read = {name: torch.empty(x.shape, dtype=x.dtype).copy_(x) for name, x in tensors.items()}
    tree = unflatten(read, json.loads(json.dumps(skeleton)))
    assert not mismatch(tree, template(second)), "what is read from a file is compared with that"
    second.restore(tree)
    again = reports(second)
    assert again == expected[-len(again) :]
    hold_same(second, whole)
    return whole


def reports(training):
    """Those of a run, without its times."""
    return [evolve(e, seconds=0.0) for e in training.run() if isinstance(e, Reported)]


def hold_same(one, other):
    """All tensors and numbers of two snapshots, bit for bit, but for the times."""
    (tensors, skeleton), (others, other_skeleton) = (
        flatten({k: v for k, v in training.snapshot().items() if k != "seconds"})
        for training in (one, other)
    )
    assert skeleton == other_skeleton
    for name, tensor in tensors.items():
        assert torch.equal(tensor, others[name]), name


def run_from(training, restored=None, steps=None):
    """Words, and a snapshot after so many steps; from a snapshot of before, if there is one."""
    if restored is not None:
        training.restore({**restored, "seconds": 0.0})
    notes = []
    for event in training.run():
        if isinstance(event, Noted):
            notes.append(event.text)
        if training.step == steps:
            training.stop()
    found = training.snapshot()
    del found["seconds"]
    return notes, found
