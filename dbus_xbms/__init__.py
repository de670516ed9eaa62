"""Xiaoxiang / JBD / LLT / Overkill Bluetooth batteries on Victron Venus OS."""

__version__ = "0.1.0"
