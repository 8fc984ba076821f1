"""A part of a batch, whatever shape the batch has."""

from __future__ import annotations

from torch import Tensor

from hypertune.runtime import Batch


def first_rows(batch: Batch, rows: int, examples: int) -> Batch:
    """The first `rows` of `examples`: of a tensor, or of each tensor in tuples, lists and dicts.

    A tensor whose first axis is not as long as the batch belongs to all and is left whole.
    """
    match batch:
        case Tensor():
            return batch[:rows] if batch.dim() and len(batch) == examples else batch
        case tuple() if hasattr(batch, "_fields"):
            return type(batch)(*(first_rows(part, rows, examples) for part in batch))
        case tuple() | list():
            return type(batch)(first_rows(part, rows, examples) for part in batch)
        case dict():
            return {key: first_rows(part, rows, examples) for key, part in batch.items()}
        case _:
            return batch
