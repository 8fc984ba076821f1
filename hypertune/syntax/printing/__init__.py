"""Tree to text, in the one layout that all specs share."""

from hypertune.syntax.printing.expressions import flat as flat
from hypertune.syntax.printing.specs import format_spec as format_spec
