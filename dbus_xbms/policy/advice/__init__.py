"""Advice for the owner about settings: ``meaning``, ``oddities``, and ``consequences`` of a change."""
