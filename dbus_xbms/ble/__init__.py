"""Bluetooth LE: connections to packs, shared between all packs of a machine.

A program runs one ``central.Central`` and gets a ``link.Link`` per pack from it. ``bluez`` implements the
``stack`` that they use.
"""
