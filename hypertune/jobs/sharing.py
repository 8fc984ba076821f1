"""Where a study is that several processes work on."""

from __future__ import annotations

import json
import platform
from hashlib import sha256

from attrs import evolve

from hypertune.ir import Call, to_json
from hypertune.jobs.trials import Trials
from hypertune.search import Search, Source, Space


def shared(search: Search, space: Space, count: int, trials: Trials) -> Source:
    """The study of these trials in its database.

    Raises:
        NoStorage: if that cannot be reached.

    """
    from hypertune.search.sharing import Place, Shared  # loads what a study alone has no need of

    about, path = trials.about, trials.study.path.absolute()
    if about.storage:
        place = Place(about.storage, name_of(trials), f"{platform.node()}:{path}")
    else:
        place = Place(f"sqlite:///{trials.study.storage.absolute()}", name_of(trials), "workers")
    tune = trials.program.tune(about.tune)
    return Shared(search, space, count, tune.seed, place)


def name_of(trials: Trials) -> str:
    """The same for the same program, tune block and data, wherever their files are."""
    program, about = trials.program, trials.about
    tune, source = program.tune(about.tune), Call(program.data.source.kind)
    same = evolve(program, data=evolve(program.data, source=source), tunes=(tune,))
    text = to_json(same) + json.dumps(about.data, sort_keys=True)
    return f"{tune.method.kind}-{sha256(text.encode()).hexdigest()[:16]}"
