"""Decisions about a bank: several packs that act as one battery. Pure: no clock, no I/O.

``engine.decide`` turns the newest decisions of its packs into one :class:`records.BankDecision`.
"""
