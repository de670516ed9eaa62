"""Measurements and simulations of the whole, with their tables and plots."""
