"""The service of a bank on the bus."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from dbus_xbms.report import BankReport
from dbus_xbms.settings import bank_id
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.services import Controls, Services
from dbus_xbms.venus.tables import bank


class BankService(Services[BankReport]):
    """The service of one bank; it stays while members come and go, as long as they belong to the bank."""

    def __init__(self, number: int, controls: Controls[BankReport]) -> None:
        super().__init__(bank_id(number), controls)

    @staticmethod
    def devices(report: BankReport) -> Mapping[str, Sequence[Item[BankReport]]]:
        """Return the rows of the service, by its class."""
        return bank.devices(report)

    @staticmethod
    def made_for(report: BankReport) -> Hashable:
        """Return what the service depends on; if it changes, it is replaced."""
        return bank.made_for(report)

    @staticmethod
    def is_known(report: BankReport) -> bool:
        """Return whether the bank was confirmed, and the cells of at least one member are known."""
        return bank.is_known(report)
