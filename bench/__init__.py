"""Measure and simulate the whole program; write tables and plots."""
