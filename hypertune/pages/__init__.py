"""Pages of HTML that hold all they need: what a run did, with its plots and its spec."""

from hypertune.pages.comparison import (
    Compared as Compared,
    comparison_page as comparison_page,
    reaching_table as reaching_table,
    summary_table as summary_table,
)
from hypertune.pages.influence_page import (
    Scored as Scored,
    scores_page as scores_page,
    scores_table as scores_table,
)
from hypertune.pages.run_page import (
    Recorded as Recorded,
    run_fragment as run_fragment,
    run_page as run_page,
)
