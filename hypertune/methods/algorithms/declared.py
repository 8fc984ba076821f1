"""What a method's declaration says of the method, for the loop that takes it."""

from __future__ import annotations

from typing import ClassVar

from attrs import asdict, frozen

from hypertune.catalogue import MethodType
from hypertune.uses import Use


@frozen
class Declared:
    """A method with a declaration, which tells what it follows; its fields are its options."""

    declaration: ClassVar[MethodType]

    @property
    def follows(self) -> frozenset[Use]:
        return self.declaration.follows

    @property
    def tunes_vectors(self) -> bool:
        return self.declaration.tunes_vectors(asdict(self, recurse=False))

    @property
    def batches_per_step(self) -> int:
        return 1

    @property
    def valid_share(self) -> float:
        return 1.0
