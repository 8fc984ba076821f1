"""Snapshots: trees that come back from tensors and JSON exactly as they went."""

import json
from collections import Counter
from math import inf, isnan, nan

import pytest
import torch
from hypothesis import given, strategies as st

from hypertune.runtime.snapshots import copied, flatten, unflatten

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.builds(torch.tensor, st.lists(st.integers(-9, 9), max_size=3))
)
KEYS = st.integers() | st.text(max_size=3) | st.sampled_from(["tensor", "dict", "tuple", "a/b"])
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def there_and_back(tree):
    tensors, skeleton = flatten(tree)
    return unflatten(tensors, json.loads(json.dumps(skeleton, allow_nan=False)))


def same(a, b):
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


@given(TREES)
def test_a_tree_comes_back_from_tensors_and_json(tree):
    assert same(there_and_back(tree), tree)


@pytest.mark.parametrize("number", [0.1, 1 / 3, 5e-324, -0.0, inf, -inf])
def test_floats_come_back_to_the_last_bit(number):
    assert there_and_back({"x": number})["x"].hex() == number.hex()


def test_nan_comes_back():
    assert isnan(there_and_back([nan])[0])


def test_a_counter_comes_back_as_a_dict_with_integer_keys():
    assert there_and_back(Counter({30: 2})) == {30: 2}


def test_every_tensor_has_a_name_of_its_own():
    tree = {1: torch.ones(1), "1": torch.zeros(1), "a": {"b": torch.ones(2)}, "a/b": torch.ones(3)}

    tensors, _ = flatten(tree)

    assert len(tensors) == 4
    assert {"1", "a/b"} < set(tensors)


@pytest.mark.parametrize("leaf", [object(), {1, 2}, b"bytes", 1j])
def test_what_a_file_cannot_hold_is_refused(leaf):
    with pytest.raises(TypeError, match="at 'here/0'"):
        flatten({"here": [leaf]})


@pytest.mark.parametrize("key", [None, 1.5, (1,), True])
def test_a_key_that_json_cannot_hold_is_refused(key):
    with pytest.raises(TypeError, match="key of type"):
        flatten({key: 1})


@pytest.mark.parametrize(
    "skeleton",
    [{"tensors": "x"}, {}, {"tensor": "x", "tuple": []}, {"dict": [[1]]}, {"float": "1.5"}],
)
def test_a_damaged_skeleton_is_refused(skeleton):
    with pytest.raises(ValueError, match="not a part of a snapshot"):
        unflatten({"x": torch.ones(1)}, skeleton)


def test_a_missing_tensor_is_named():
    with pytest.raises(KeyError, match="x"):
        unflatten({}, {"tensor": "x"})


def test_a_copy_does_not_follow_its_original():
    original = {"x": [torch.zeros(2, requires_grad=True)]}
    copy = copied(original)

    with torch.no_grad():
        original["x"][0].add_(1)

    assert copy["x"][0].tolist() == [0, 0]
    assert not copy["x"][0].requires_grad
