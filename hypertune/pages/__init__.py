"""Pages of HTML that hold all they need: what a run did, with its plots and its spec."""

from hypertune.pages.run_page import (
    Recorded as Recorded,
    run_fragment as run_fragment,
    run_page as run_page,
)
