"""Methods that train many times: a study, above `Training` and with the same surface."""

from hypertune.search.asking import Source as Source
from hypertune.search.searches import (
    Asha as Asha,
    Bayesian as Bayesian,
    Grid as Grid,
    RandomSearch as RandomSearch,
    Search as Search,
)
from hypertune.search.space import Space as Space, Starts as Starts, space_of as space_of
from hypertune.search.study import Study as Study, Trainable as Trainable
from hypertune.search.trial import Trial as Trial
