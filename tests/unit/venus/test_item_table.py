"""Tables of rows: what is looked up in them, and who shares them."""

from __future__ import annotations

from dbus_xbms.model import PackIdentity
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.item_table import ItemTable
from dbus_xbms.venus.tables.battery import items_for


def item(path: str) -> Item[None]:
    return Item(path, "i", "{}", lambda record: 1)


def test_a_row_is_found_by_its_path() -> None:
    soc = item("/Soc")
    assert ItemTable((soc, item("/Dc/0/Voltage"))).by_path["/Soc"] is soc


def test_each_path_above_a_row_has_the_names_below_it_once() -> None:
    table = ItemTable((item("/Dc/0/Voltage"), item("/Soc"), item("/Dc/0/Current")))
    assert table.children == {"/": ("Dc", "Soc"), "/Dc": ("0",), "/Dc/0": ("Voltage", "Current")}


def test_no_rows_have_a_root_without_children() -> None:
    assert ItemTable[None](()).children == {"/": ()}


def test_a_table_is_not_copied() -> None:
    table = ItemTable((item("/Soc"),))
    assert ItemTable.of(table) is table
    assert ItemTable.of([*table]) == table


def test_packs_that_are_alike_share_one_table() -> None:
    first, second = PackIdentity(cell_count=4, firmware="a"), PackIdentity(cell_count=4, firmware="b")
    assert items_for(first) is items_for(second)
    assert items_for(first) is not items_for(first, controls=True)
    assert items_for(first) != items_for(PackIdentity(cell_count=8))
