"""`selu`: an elu whose constants keep the mean at zero and the variance at one."""

from hypertune.layers.elementwise import elementwise

SELU = elementwise("selu", "An elu that keeps the mean at zero and the variance at one.", "SELU")
