"""Texts: their tokens, how they are cut into streams and windows, and what is refused."""

from pathlib import Path

import pytest
import torch

from hypertune.catalogue import Unreadable
from hypertune.compiler import compile_text
from hypertune.data.loading import load
from hypertune.data.python_docs import PYTHON_DOCS
from hypertune.data.serving import Served
from hypertune.data.sets import Sets, StreamPart
from hypertune.data.text_files import TEXT
from hypertune.ir import Call, Data, from_json, to_json
from hypertune.planning import plan
from hypertune.standard import STANDARD
from specs import findings, spec


def files(folder: Path, **texts: str | bytes) -> dict[str, str]:
    """Arguments of `text`, its files written into a folder."""
    args = {"tokens": "words", "test": ""}
    for part, text in texts.items():
        path = folder / f"{part}.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        args[part] = str(path)
    return args


def loaded(args: dict[str, str], batch: int, window: int) -> Sets:
    call = Call("text", args)
    return load(Data(call, {"train": 1.0}, None, None, (), batch, window=window), STANDARD)


def words(text: str, **settings: object) -> str:
    """A spec that reads a text."""
    told = {"batch": 2, "window": 3} | settings
    lines = "; ".join(f"{key} = {value}" for key, value in told.items())
    return spec(
        data=f"data {{ source = {text}; {lines} }}",
        model="model (tokens) { embedding(4); linear(vocabulary) }",
    )


NUMBERS = " ".join(map(str, range(23)))  # and an <eos>


def test_that_each_target_is_the_next_token_of_its_stream(tmp_path: Path) -> None:
    sets = loaded(files(tmp_path, train=NUMBERS, valid=NUMBERS), 3, 4)
    served = Served(sets, 3, seed=0)
    assert served.per_epoch == 2
    first, second, third = (served.train(k) for k in range(3))
    begins = torch.tensor([[0], [7], [14]])
    assert first.inputs.equal(begins + torch.arange(4))
    assert first.targets.equal(first.inputs + 1)
    assert second.inputs.equal(begins + torch.arange(4, 7)), "the last window is the rest"
    assert [batch.begins for batch in (first, second, third)] == [True, False, True]
    assert third.inputs.equal(first.inputs)
    assert [batch.repeat for batch in (first, second, third)] == [0, 0, 1]
    assert second.count == 9


def test_that_evaluation_goes_through_the_same_windows(tmp_path: Path) -> None:
    sets = loaded(files(tmp_path, train=NUMBERS, valid="1 2 3 4 5 6 7"), 2, 2)
    assert isinstance(sets.valid, StreamPart)
    chunks = list(sets.valid.chunks(1))
    assert [tuple(chunk.inputs.shape) for chunk in chunks] == [(2, 2), (2, 1), (1, 1)]
    assert [chunk.begins for chunk in chunks] == [True, False, True]
    assert sum(chunk.count for chunk in chunks) == len(sets.valid) == 7
    assert not list(sets.test.chunks(1)), "there is no test part"


@pytest.mark.parametrize("streams", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("count", [1, 2, 8, 23])
def test_that_evaluation_leaves_out_no_token_but_the_first(count: int, streams: int) -> None:
    part = StreamPart.of(torch.arange(count), streams, 3)
    chunks = [*part.chunks(1)]
    pairs = [
        (chunk.inputs.flatten().tolist(), chunk.targets.flatten().tolist()) for chunk in chunks
    ]
    told = sorted(pair for x, y in pairs for pair in zip(x, y, strict=True))
    assert told == [(i, i + 1) for i in range(count - 1)]
    assert len(part) == count - 1


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("words", ["a", "bé", "<eos>", "<eos>", "a", "<eos>"]),
        ("characters", ["a", " ", "b", "é", "\n", "\n", "a", "\n"]),
        ("bytes", ["0x61", "0x20", "0x62", "0xc3", "0xa9", "0x0a", "0x0a", "0x61", "0x0a"]),
    ],
)
def test_what_a_token_is(tmp_path: Path, kind: str, expected: list[str]) -> None:
    args = files(tmp_path, train="a bé\n\na\n", valid="a\n") | {"tokens": kind}
    seen = TEXT.seen(args)
    tokens, _ = TEXT.load(args)["train"]
    assert [seen.class_names[place] for place in tokens] == expected
    assert seen.sizes["train"] == len(expected)


def test_that_lines_end_alike_on_all_systems(tmp_path: Path) -> None:
    args = files(tmp_path, train="a b\r\nc\r\n", valid="a")
    assert TEXT.seen(args).class_names == ("a", "b", "<eos>", "c")


def test_that_a_word_for_the_unknown_stands_for_them(tmp_path: Path) -> None:
    args = files(tmp_path, train="a <unk>", valid="b a")
    tokens, _ = TEXT.load(args)["valid"]
    assert tokens.tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"train": "a b", "valid": "a\nb c"}, "valid.txt, line 2: the training text has no 'c'"),
        ({"train": "", "valid": "a"}, "train.txt is empty"),
        ({"train": " \n\n", "valid": "a"}, "train.txt is empty"),
        ({"train": "a", "valid": b"a\nb\xff\xfe"}, "valid.txt, line 2 is no text in UTF-8"),
        ({"train": b"a\x00b", "valid": "a"}, "train.txt, line 1 is no text in UTF-8"),
        ({"train": b"\x1f\x8b\x08\x00", "valid": "a"}, "it is packed by gzip"),
    ],
)
def test_that_other_files_are_refused(
    tmp_path: Path, texts: dict[str, str | bytes], why: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        TEXT.seen(files(tmp_path, **texts))


def test_that_a_missing_file_is_named_with_those_beside_it(tmp_path: Path) -> None:
    args = files(tmp_path, train="a b c", valid="a")
    with pytest.raises(Unreadable, match="No such file") as fault:
        TEXT.seen(args | {"valid": str(tmp_path / "walid.txt")})
    assert fault.value.argument == "valid"
    assert "valid.txt" in fault.value.known


def test_that_a_text_is_not_validated_on_itself(tmp_path: Path) -> None:
    args = files(tmp_path, train="a b c", valid="a")
    with pytest.raises(Unreadable, match="are one file"):
        TEXT.seen(args | {"valid": args["train"]})


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"batch": 4}, "HT634"),
        ({"window": 30}, "HT634"),
        ({"batch": 100}, "HT634"),
        ({"window": 0}, "HT247"),
        ({"batch": "all"}, "HT633"),
        ({"scale": "standardize"}, "HT633"),
        ({"split": "(train = 50%, valid = 50%)"}, "HT633"),
        ({"augment": "feature_noise(0.1)"}, "HT633"),
        ({"corrupt": "labels(10%)"}, "HT633"),
    ],
)
def test_what_is_refused_before_a_training_starts(
    tmp_path: Path, settings: dict[str, object], code: str
) -> None:
    args = files(tmp_path, train=NUMBERS, valid="1 2 3")
    source = f'text("{args["train"]}", "{args["valid"]}")'
    assert not findings(words(source))
    assert [wrong.code for wrong in findings(words(source, **settings))] == [code]


def test_that_one_token_is_too_few(tmp_path: Path) -> None:
    args = files(tmp_path, train=NUMBERS, valid="1") | {"tokens": "characters"}
    source = f'text("{args["train"]}", "{args["valid"]}", tokens = characters)'
    assert [wrong.code for wrong in findings(words(source))] == ["HT634"]


def test_that_tokens_and_numbers_are_not_confused() -> None:
    data = "data { source = python_docs; batch = 2; window = 3 }"
    wrong = findings(spec(data=data, model="model (tokens) { linear(8); linear(vocabulary) }"))
    assert [w.code for w in wrong] == ["HT313", "HT308"]
    wrong = findings(spec(model="model (1, 8, 8) { flatten; linear(4); embedding(8, 9) }"))
    assert "HT313" in [w.code for w in wrong]


def test_that_an_embedding_of_what_is_no_text_wants_the_number_of_tokens() -> None:
    wrong = findings(spec(model="model (1, 8, 8) { flatten; embedding(8) }"))
    assert "HT221" in [w.code for w in wrong] or any("num_embeddings" in w.message for w in wrong)


def test_that_names_of_a_text_are_its_sizes() -> None:
    program = compile_text(words("python_docs")).program
    seen = PYTHON_DOCS.seen({"tokens": "words"})
    assert program.input == (3,)
    assert program.output == (3, seen.classes)
    assert from_json(to_json(program)) == program


def test_that_the_documentation_of_python_is_the_same_each_time() -> None:
    first, second = (PYTHON_DOCS.load({"tokens": "characters"}) for _ in range(2))
    assert all((first[part][0] == second[part][0]).all() for part in ("train", "valid", "test"))
    assert set(first) == {"train", "valid", "test"}


def test_that_a_plan_counts_windows(tmp_path: Path) -> None:
    args = files(tmp_path, train=NUMBERS, valid="1 2 3")
    source = f'text("{args["train"]}", "{args["valid"]}")'
    found = plan(compile_text(words(source)).program, STANDARD)
    assert found.length is not None
    assert found.length.per_epoch == 4  # 11 steps of 2 streams
    assert found.memory is not None
    assert found.memory["default"].data == 8 * (24 + 4)


def test_that_a_text_has_no_hyperparameter_for_each_example() -> None:
    text = words("python_docs").replace("data {", "hyper keep[example] : real(0, 1) = 0.5\ndata {")
    text = text.replace("train = cross_entropy", "train = cross_entropy(weight = keep)")
    assert [wrong.code for wrong in findings(text)] == ["HT633"]
