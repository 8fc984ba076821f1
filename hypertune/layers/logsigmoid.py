"""`logsigmoid`: the logarithm of the sigmoid."""

from hypertune.layers.elementwise import elementwise

LOGSIGMOID = elementwise("logsigmoid", "The logarithm of the sigmoid.", "LogSigmoid")
