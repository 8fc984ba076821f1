"""`feature_alpha_dropout(p)`: whole channels dropped behind `selu`."""

from hypertune.layers.alpha_dropout import alpha_dropout

FEATURE_ALPHA_DROPOUT = alpha_dropout(
    "feature_alpha_dropout", "FeatureAlphaDropout", "whole channels", (2, 3, 4), slice(2, None)
)
