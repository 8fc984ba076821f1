"""`relu6`: x, cut off at 0 and 6."""

from hypertune.layers.elementwise import elementwise

RELU6 = elementwise("relu6", "x, cut off at 0 and 6.", "ReLU6")
