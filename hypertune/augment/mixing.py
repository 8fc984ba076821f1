"""Pairs of examples mixed, targets with them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Gamma

from hypertune.augment.drawing import beside
from hypertune.augment.rectangles import covered, hide, outside


def partners(x: Tensor) -> Tensor:
    """Whom each example is mixed with: all of the batch in another order, (B,)."""
    return torch.randperm(len(x), device=x.device)


def own_share(alpha: Tensor, x: Tensor) -> Tensor:
    """How much each example keeps of itself, (B,): the larger part of one that is Beta(alpha).

    Which part is whose makes no difference to a pair in either order (Berthelot et al. 2019,
    section 3.3); so an example stays itself above all, and is left alone as alpha falls to 0.
    """
    alpha_B = alpha.expand(len(x))
    # Beta of two gammas, which for small alpha are too small for a float: hence their logarithms,
    # and G(alpha) as G(alpha + 1) times U to the 1/alpha
    larger_2B = Gamma(alpha_B + 1, torch.ones_like(alpha_B), validate_args=False).sample((2,))
    log_2B = larger_2B.log() + torch.rand_like(larger_2B).log() / alpha_B
    part_B = (log_2B[0] - log_2B[1]).sigmoid()
    # logarithms that are both too low for a float have no difference: the limit is 1
    return torch.maximum(part_B, 1 - part_B).nan_to_num_(nan=1.0)


def blend(x: Tensor, partner_B: Tensor, share_B: Tensor) -> Tensor:
    """Each row of x with its partner's, of which 1 - `share` is taken."""
    return x[partner_B].lerp_(x, beside(share_B, x))


def blend_targets(
    y: Tensor, classes: int, partner_B: Tensor, share_B: Tensor, dtype: torch.dtype
) -> Tensor:
    """Targets in the same shares: numbers as they are, classes as soft targets, (B, classes)."""
    if not y.is_floating_point():
        y = y[:, None].eq(torch.arange(classes, device=y.device)).to(dtype)
    return blend(y, partner_B, share_B.to(y.dtype))


def patch(
    x_BCHW: Tensor, partner_B: Tensor, share_B: Tensor, row_B: Tensor, column_B: Tensor
) -> tuple[Tensor, Tensor]:
    """A rectangle of each partner set into its image, and the shares that are left, (B,).

    It takes 1 - `share` of the area, in the image's proportions; what is clipped at the border
    does not count.

    Units: its centre in pixels.
    """
    height, width = x_BCHW.shape[-2:]
    half_B = 0.5 * (1 - share_B).sqrt()
    tall_B, wide_B = (half_B * height).floor(), (half_B * width).floor()
    rows_B1H = covered((row_B - tall_B)[:, None], 2 * tall_B[:, None], height)
    columns_B1W = covered((column_B - wide_B)[:, None], 2 * wide_B[:, None], width)
    own_B1HW = outside(rows_B1H, columns_B1W)
    return hide(x_BCHW, own_B1HW, x_BCHW[partner_B]), own_B1HW.mean((1, 2, 3))
