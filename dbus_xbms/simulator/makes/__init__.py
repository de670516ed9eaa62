"""Simulated packs of other makes than JBD: one module per protocol, and the table of them. Pure."""
