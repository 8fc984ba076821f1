"""The shipped specs of sequences: a transformer encoder and an LSTM that leave a bad guess."""

from pathlib import Path

import pytest

from hypertune import STANDARD, compile_text
from hypertune.lowering import place
from hypertune.resources import resource_folder
from hypertune.runtime import Reported
from hypertune.tuning import prepare

SPECS = {path.stem: path for path in sorted(Path(resource_folder("specs"), "sequences").iterdir())}
EPOCHS = 20


@pytest.mark.parametrize("path", SPECS.values(), ids=SPECS)
def test_a_shipped_spec_of_sequences_is_right(path):
    assert [tune.name for tune in compile_text(path.read_text(), path.name).program.tunes] == [
        "tuned",
        "untuned",
    ]


@pytest.mark.parametrize("name", ["digits_transformer", "digits_lstm"])
def test_tuned_it_falls_below_the_loss_of_its_own_guess(name):
    text = SPECS[name].read_text().replace("epochs  = 60", f"epochs  = {EPOCHS}")
    program = place(compile_text(text, name).program, STANDARD, ("cpu",))
    last = {}
    for tune in program.tunes:
        events = prepare(program, tune.name).training.run()
        *_, last[tune.name] = (event for event in events if isinstance(event, Reported))
    tuned, untuned = last["tuned"], last["untuned"]
    assert tuned.valid_loss < 0.9 * untuned.valid_loss
    assert all(tuned.hypers[rate] < untuned.hypers[rate] for rate in untuned.hypers)
