"""Charge control simulated over days, against a battery, a charger, sun and loads."""
