"""Adam with a weight decay beside the step, as `torch.optim.AdamW`."""

from __future__ import annotations

from functools import partial

from hypertune.optimisers.rules.adam import slots, update
from hypertune.optimisers.rules.elementwise import Elementwise

ADAMW = Elementwise(slots, partial(update, weight_decay=1e-2, decoupled_weight_decay=True))
