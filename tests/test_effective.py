"""Norms of effective weights, against weights that are really built."""

import pytest
import torch

from hypertune.response.effective import absolute_rows, square_rows

NORMS = {"squares": (square_rows, torch.square), "absolutes": (absolute_rows, torch.abs)}
every_norm = pytest.mark.parametrize("norm", NORMS)


def draw(shape, rows):
    torch.manual_seed(0)
    w, u = torch.randn(2, *shape, dtype=torch.float64)
    u[0, 0] = 0.0
    return w.requires_grad_(), u.requires_grad_(), torch.randn(rows, shape[0]).double()


def built(w, u, s_BO, measure):
    s = s_BO.reshape(*s_BO.shape, *(1,) * (w.dim() - 1))
    return measure(w + s * u).flatten(1).sum(1)


@every_norm
@pytest.mark.parametrize("shape", [(3, 4), (4, 2, 3, 3), (1, 1)])
@pytest.mark.parametrize("rows", [1, 5])
def test_a_norm_is_that_of_the_built_weights_for_every_example(norm, shape, rows):
    fast, measure = NORMS[norm]
    w, u, s_BO = draw(shape, rows)

    got, wanted = fast(w, (u, s_BO)), built(w, u, s_BO, measure)

    torch.testing.assert_close(got, wanted)
    for found, exact in zip(
        torch.autograd.grad((got * got).sum(), (w, u)),
        torch.autograd.grad((wanted * wanted).sum(), (w, u)),
        strict=True,
    ):
        torch.testing.assert_close(found, exact)


@every_norm
def test_without_a_response_there_is_one_row(norm):
    fast, measure = NORMS[norm]
    w, _, _ = draw((3, 4), 1)

    torch.testing.assert_close(fast(w, None), measure(w).sum().reshape(1))


@every_norm
def test_a_norm_has_the_slope_in_s_that_finite_differences_give(norm):
    fast, _ = NORMS[norm]
    w, u, s_BO = draw((3, 4), 4)

    assert torch.autograd.gradcheck(
        lambda s: fast(w.detach(), (u.detach(), s)), (s_BO.requires_grad_(),)
    )


def test_the_derivatives_of_squared_norms_are_right_to_any_order():
    w, u, s_BO = draw((3, 4), 5)
    s_BO.requires_grad_()

    def responding(w, u, s_BO):
        return square_rows(w, (u, s_BO))

    assert torch.autograd.gradcheck(responding, (w, u, s_BO))
    assert torch.autograd.gradgradcheck(responding, (w, u, s_BO))
    assert torch.autograd.gradcheck(lambda w: square_rows(w, None), (w,))
    assert torch.autograd.gradgradcheck(lambda w: square_rows(w, None), (w,))
