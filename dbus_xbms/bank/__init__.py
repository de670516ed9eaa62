"""Banks in the running service: several packs that act as one battery."""
