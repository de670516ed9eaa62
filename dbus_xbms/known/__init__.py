"""The packs and banks that have settings: their stored values, their names, and how one is added. Pure."""
