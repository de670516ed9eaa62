"""Measurements and simulations of the whole program, with tables and plots."""
