"""Program to modules: each layer gets a device, then the whole becomes a network."""

from hypertune.lowering.placement import place as place, visible_devices as visible_devices
