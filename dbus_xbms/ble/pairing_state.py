"""State of pairing with one pack: it is paired only when it requires that. Pure."""

from __future__ import annotations

from enum import Enum

from dbus_xbms.contact import ContactState, advice
from dbus_xbms.protocols import LinkError, NotPaired, PairingNext


class PairingStep(Enum):
    """Step before the next connection."""

    NONE = "none"
    PAIR = "pair"
    RENEW = "renew"  # the pack has lost its pairing: forget it here too, and pair again


class PairingState:
    """Pairing of one pack; ``passkey`` is the owner's, or empty."""

    def __init__(self, address: str, passkey: str) -> None:
        self.passkey = passkey
        self.step = PairingStep.NONE
        self._address = address
        self._paired = False  # on this machine
        self._renewed = False

    def required(self) -> LinkError:
        """Record that the pack requires pairing, and return the error that says what comes next."""
        if not self.passkey:
            return NotPaired("the Bluetooth module needs to be paired with its passkey", self._advice)
        if self._renewed:
            return NotPaired(
                "the Bluetooth module was paired again and still needs to be paired: please report it"
            )
        self.step = PairingStep.RENEW if self._paired else PairingStep.PAIR
        return PairingNext("the pack needs to be paired; pairing now")

    def forgotten(self) -> LinkError:
        """Record that the old pairing was removed, and return the error for this connection.

        The pack has to be found by a scan before it can be paired again.
        """
        self.step, self._renewed = PairingStep.PAIR, True
        return PairingNext("the pack has lost its pairing; pairing again")

    def done(self) -> None:
        """Record that the pack is paired."""
        self.step, self._paired = PairingStep.NONE, True

    def refused(self) -> NotPaired:
        """Return the error for a rejected passkey; later connections try it again."""
        return NotPaired("the Bluetooth module refuses its passkey", self._advice)

    @property
    def _advice(self) -> str:
        return advice(ContactState.NEEDS_PASSKEY, self._address)
