"""Exit codes. 2, wrong usage, is click's own."""

DONE = 0
WRONG_SPEC = 1
ENDED_BADLY = 3
FILE_TROUBLE = 4
INTERRUPTED = 130
