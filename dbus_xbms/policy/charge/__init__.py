"""Charge control: the charge voltage and current limits of a controlling pack.

``limits.step`` computes them from a sample, ``silent_limits`` without one, ``snapshot`` stores them over a
restart; ``chemistry.preset`` and ``chemistry.refusal`` judge the owner's settings.
"""
