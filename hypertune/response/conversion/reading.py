"""What the layers inside a module are evaluated at, while the module is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch.autograd import forward_ad
from torch.nn.attention import SDPBackend, sdpa_kernel

from hypertune.conditioning import Conditioning
from hypertune.response.written_norms import WrittenNorms


class Reading:
    """Conditioning on its way past a `forward` that knows nothing of it.

    All layers inside one module share one of these. In the linearised reading tangents travel as
    torch's forward-mode dual tensors: the layers that respond give theirs by their own rules,
    whatever stands between them by torch's.
    """

    def __init__(self) -> None:
        self.conditioning = Conditioning()

    @contextmanager
    def of(self, conditioning: Conditioning) -> Iterator[None]:
        """Within, the layers are evaluated at `conditioning`."""
        before, self.conditioning = self.conditioning, conditioning
        fused = torch.backends.mha.get_fastpath_enabled()
        try:
            with ExitStack() as stack:
                # In evaluation torch's transformer layers go past the layers that they hold.
                torch.backends.mha.set_fastpath_enabled(False)
                if conditioning.linearised:
                    stack.enter_context(forward_ad.dual_level())
                    stack.enter_context(WrittenNorms())
                    stack.enter_context(sdpa_kernel(SDPBackend.MATH))  # the others have no tangent
                yield
        finally:
            self.conditioning = before
            torch.backends.mha.set_fastpath_enabled(fused)
