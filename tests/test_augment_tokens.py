"""Tokens of a text are replaced as often as is asked, and what is to be predicted stays."""

from pathlib import Path

import pytest
import torch

from hypertune.augment.token_noise import TOKEN_NOISE
from hypertune.augment.word_dropout import WORD_DROPOUT
from hypertune.catalogue import Tokens
from hypertune.compiler import compile_text
from hypertune.ir import Ref
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.tuning import prepare
from specs import findings, spec

TOKENS = Tokens(torch.tensor([5, 5, 6, 10]), 10, unknown=1)  # 5, 0, 1 and 4 of each
HERE = torch.full((4, 20_000), 9)
P = torch.tensor([0.0, 0.1, 0.5, 1.0])


def shares(x_BT: torch.Tensor) -> torch.Tensor:
    return (x_BT != 9).double().mean(1)


@pytest.mark.parametrize("kind", [TOKEN_NOISE, WORD_DROPOUT], ids=lambda kind: kind.name)
def test_that_each_example_has_its_share_of_others(kind) -> None:
    torch.manual_seed(0)
    after = kind.build({"p": Ref("p")})(HERE, TOKENS, {"p": P})
    torch.testing.assert_close(shares(after), P.double(), atol=0.02, rtol=0)
    assert after[0].equal(HERE[0])
    constant = kind.build({"p": 0.25})(HERE, TOKENS, {})
    torch.testing.assert_close(
        shares(constant), torch.full((4,), 0.25).double(), atol=0.02, rtol=0
    )


def test_that_words_are_dropped_for_the_unknown_one() -> None:
    after = WORD_DROPOUT.build({"p": 0.5})(HERE, TOKENS, {})
    assert set(after.flatten().tolist()) == {1, 9}


def test_that_noise_has_each_token_as_often_as_the_text() -> None:
    torch.manual_seed(0)
    after = TOKEN_NOISE.build({"p": 1.0})(HERE, TOKENS, {})
    found = torch.bincount(after.flatten(), minlength=4).double() / after.numel()
    expected = torch.tensor([0.5, 0.0, 0.1, 0.4], dtype=torch.float64)
    torch.testing.assert_close(found, expected, atol=0.01, rtol=0)
    assert found[1] == 0


TEXT = "the cat sat on the <unk> mat\n" * 40


def text_spec(folder: Path, augment: str, text: str = TEXT) -> str:
    for part in ("train", "valid"):
        (folder / f"{part}.txt").write_text(text)
    files = f'"{folder / "train.txt"}", "{folder / "valid.txt"}"'
    return spec(
        names="hyper p : rate = 0.3; hyper q : rate = 0.2",
        data=f"data {{ source = text({files}); augment = {augment}; batch = 4; window = 8 }}",
        model="model (tokens) given * { embedding(4); linear(vocabulary) }",
        tune="tune { method = delta_stn(warmup = 0); weights = sgd(lr = 0.1); "
        "hypers = adam(lr = 0.05); epochs = 2 }",
    )


def test_that_a_training_reads_replaced_tokens_and_tunes_how_many(tmp_path: Path) -> None:
    program = compile_text(text_spec(tmp_path, "(token_noise(p), word_dropout(q))")).program
    made = prepare(place(program, STANDARD, ("cpu",)))
    part = made.sets.train
    assert made.sets.tokens is not None
    assert made.sets.class_names[made.sets.tokens.unknown] == "<unk>"
    counts = made.sets.tokens.ends_V.diff(prepend=torch.zeros(1, dtype=torch.int64))
    assert counts.equal(torch.bincount(part.tokens_BS.flatten()))
    before = made.training.state.unconstrained_H.clone()
    list(made.training.run())
    assert not torch.equal(made.training.state.unconstrained_H, before)


def test_that_a_network_is_fed_what_was_put_in_the_place_of_tokens(tmp_path: Path) -> None:
    program = compile_text(text_spec(tmp_path, "(token_noise(p), word_dropout(1.0))")).program
    made = prepare(place(program, STANDARD, ("cpu",)))
    problem, weights = made.training.problem, made.training.state.weights
    sample = made.training.passes.train(0)
    hypers = problem.hypers
    inner, _ = problem.inner(weights, hypers.conditioning(hypers.start_H[None]), sample)
    assert made.sets.tokens is not None
    unknown = weights["layers.embedding_1.weight"][made.sets.tokens.unknown]
    linear = [weights[f"layers.linear_1.{name}"] for name in ("weight", "bias")]
    logits = torch.nn.functional.linear(unknown, *linear)
    targets = sample.batch.targets.flatten()
    expected = torch.nn.functional.cross_entropy(logits.expand(len(targets), -1), targets)
    torch.testing.assert_close(inner, expected)


@pytest.mark.parametrize(
    ("text", "augment", "why"),
    [
        (TEXT, "feature_dropout(0.1)", ["tokens are no numbers"]),
        (TEXT.replace("<unk>", "a"), "word_dropout(0.1)", ["it has no `<unk>`"]),
        (TEXT.replace("<unk>", "a"), "token_noise(0.1)", []),
    ],
)
def test_what_is_refused_of_a_text(
    tmp_path: Path, text: str, augment: str, why: list[str]
) -> None:
    found = findings(text_spec(tmp_path, augment, text))
    assert [f.fill(f.label) for f in found if f.code == "HT633"] == why


def test_that_numbers_are_no_tokens() -> None:
    data = "data { source = digits; split = (train = 60%, valid = 40%); batch = 64; AUG }"
    text = spec(data=data.replace("AUG", "augment = token_noise(0.1)"))
    assert [f.code for f in findings(text)] == ["HT633"]
