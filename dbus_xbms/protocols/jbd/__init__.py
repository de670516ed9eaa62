"""Xiaoxiang / JBD / LLT / Overkill BMSes: advertisements, frames, registers, login and switching. Pure."""

from dbus_xbms.protocols.jbd.protocol import Jbd

__all__ = ["Jbd"]
