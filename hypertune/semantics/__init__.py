"""Tree to program, or the list of everything wrong with it."""

from hypertune.semantics.elaboration import Elaborated as Elaborated, elaborate as elaborate
from hypertune.semantics.including.changes import Change as Change, section_name as section_name
from hypertune.semantics.including.files import (
    Read as Read,
    Whole as Whole,
    gather as gather,
    include as include,
    included_path as included_path,
)
from hypertune.semantics.including.parts import FileTree as FileTree
from hypertune.semantics.verification import verify as verify
