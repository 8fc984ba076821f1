"""Networks that exist already: somebody else's module, two losses, two loaders, no spec."""
