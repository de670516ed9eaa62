"""Charge control simulated over days with a battery, a charger, sun and loads."""
