"""Right specs, drawn at random."""

from __future__ import annotations

from hypothesis import strategies as st

LAYERS = (
    "linear({n})",
    "linear({n}, bias = false)",
    "linear({n}) given *",
    "linear({n}) given none",
    "linear({n}) given rates",
    "linear({n}) on auto",
    "dropout({p})",
    "relu",
    "gelu",
    "tanh",
    "repeat {k} {{ linear({n}); relu }}",
    "piece({n})",
    "piece({n}, drop = {p})",
    "skip",
    "skip given none",
    "residual {{ dropout({p}); tanh }}",
    "residual on auto {{ linear({n}) given none; gelu }} shortcut {{ linear({n}) }}",
    "branch add {{ linear({n}) }} {{ piece({n}) }} given rates",
    "branch concat given * on cpu {{ linear({n}); relu }} {{ skip; residual {{ silu }} }} {{ }}",
    "repeat {k} {{ branch concat {{ linear({n}) }} {{ linear(1, bias = false) }} }}",
)
DOMAINS = (("rate", 0.3), ("real(0, 0.9)", 0.5), ("real(0, 1)", 0.999))
METHODS = (
    "method = fixed; weights = sgd(lr = 0.1)",
    "method = stn(warmup = 5 epochs); weights = adam; hypers = rmsprop(lr = 0.01)",
    "method = delta_stn; weights = sgd(momentum = 0.9); hypers = adam; spreads = sgd(lr = 0.1)",
)
LENGTHS = ("epochs = 3", "steps = 1_000", "budget = 30 min")
EXTRAS = (
    "",
    "; clip = 0.5",
    "; seed = 7",
    "; schedule = cosine(t_max = 9)",
    "; patience = 5 epochs",
)


@st.composite
def spec_texts(draw: st.DrawFn) -> str:
    """A spec that must compile: a graph over the digits, any conditioning, any method."""
    width, domain = draw(st.integers(1, 300)), draw(st.sampled_from(DOMAINS))
    return "\n".join(
        [
            "hspec 1",
            f"let width = {width} * 2 // 2",
            f"hyper rates[2] : {domain[0]} = {domain[1]}",
            f"hyper decay : log(1e-8, 1) = {draw(st.floats(1e-7, 0.9))} per batch"
            f" spread {draw(st.floats(0.01, 3))} {draw(st.sampled_from(('', 'fixed', 'frozen')))}",
            "block piece(features, drop = 0.1) { linear(features); dropout(drop) }",
            "block skip { relu as kept; tanh; add(kept); concat(kept, kept) as forward }",
            *_data(draw),
            f"model (1, 8, 8) given *{draw(st.sampled_from(('', ' on auto', ' on cuda:1')))} {{",
            "  flatten",
            "  dropout(rates[0]); dropout(rates[1])",
            *(f"  {draw(_layers())}" for _ in range(draw(st.integers(0, 8)))),
            "  linear(10) given *",
            "}",
            "objective {",
            f"  train = {draw(st.sampled_from(('', '0.5 * ')))}cross_entropy + l2(decay)",
            "  valid = cross_entropy; report = (accuracy, error)",
            "}",
            *(_tune(draw, name) for name in draw(st.lists(_names(), min_size=1, unique=True))),
        ]
    )


def _data(draw: st.DrawFn) -> list[str]:
    train, valid = draw(st.integers(10, 50)), draw(st.integers(1, 45))
    seed = draw(st.integers(0, 2**40))
    batch = draw(st.one_of(st.just("all"), st.integers(1, 100)))
    return [
        "data {",
        f"  source = digits; batch = {batch}",
        f"  split = (train = {train}%, valid = {valid}%, test = 5%, seed = {seed})",
        draw(st.sampled_from(("", "  scale = standardize", "  scale = (mean = 0, std = 0.5)"))),
        "}",
    ]


def _layers() -> st.SearchStrategy[str]:
    number = st.one_of(st.just("width"), st.integers(1, 500).map(str))
    rate = st.sampled_from(("0", "0.25", "rates[0]", "rates[1]"))
    return st.builds(
        lambda form, n, p, k: form.format(n=n, p=p, k=k),
        st.sampled_from(LAYERS),
        number,
        rate,
        st.integers(1, 3),
    )


def _names() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z][a-z0-9]{0,5}_x", fullmatch=True)


def _tune(draw: st.DrawFn, name: str) -> str:
    parts = [st.sampled_from(choices) for choices in (METHODS, LENGTHS)]
    method, length = (draw(part) for part in parts)
    return f"tune {name} {{ {method}; {length}{draw(st.sampled_from(EXTRAS))} }}"
