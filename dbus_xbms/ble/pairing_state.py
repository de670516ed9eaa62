"""What is to be done about pairing with one pack: nothing until it asks for it. Pure."""

from __future__ import annotations

from enum import Enum

from dbus_xbms.contact import ContactState, advice
from dbus_xbms.protocols import LinkError, NotPaired, PairingNext


class PairingStep(Enum):
    """What comes before the next connection."""

    NONE = "none"
    PAIR = "pair"
    RENEW = "renew"  # this machine has paired, but the pack has forgotten: pair again


class PairingState:
    """One pack's pairing; ``passkey`` is the owner's, or empty."""

    def __init__(self, address: str, passkey: str) -> None:
        self.passkey = passkey
        self.step = PairingStep.NONE
        self._address = address
        self._paired = False  # as far as this machine knows
        self._renewed = False

    def asked(self) -> LinkError:
        """The pack needs to be paired: decide about the next connection, and say what that is."""
        if not self.passkey:
            return NotPaired("the Bluetooth module needs to be paired with its passkey", self._advice)
        if self._renewed:
            return NotPaired(
                "the Bluetooth module was paired again and still needs to be paired: please report it"
            )
        self.step = PairingStep.RENEW if self._paired else PairingStep.PAIR
        return PairingNext("the pack needs to be paired, which comes next")

    def forgotten(self) -> LinkError:
        """The old pairing is gone from this machine; the pack has to be found before it is paired."""
        self.step, self._renewed = PairingStep.PAIR, True
        return PairingNext("the pack has lost its pairing; pairing again")

    def done(self) -> None:
        """It is paired."""
        self.step, self._paired = PairingStep.NONE, True

    def refused(self) -> NotPaired:
        """The pack does not take the passkey, and will be asked again: rarely."""
        return NotPaired("the Bluetooth module refuses its passkey", self._advice)

    @property
    def _advice(self) -> str:
        return advice(ContactState.NEEDS_PASSKEY, self._address)
