"""A first spec for somebody's own data."""

from hypertune.draft.drafts import (
    Draft as Draft,
    Undecided as Undecided,
    draft_for_arrays as draft_for_arrays,
    draft_for_images as draft_for_images,
    draft_for_table as draft_for_table,
)
