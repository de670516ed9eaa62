"""What can be wrong with Bluetooth on this machine. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbus_xbms.doctor.facts import Adapter, Facts, Pack, numbers
from dbus_xbms.doctor.finding import Finding, note, ok, problem
from dbus_xbms.interference.rules import RadioUse, notices
from dbus_xbms.text import listed

OLDEST_BLUEZ = (5, 55)  # bleak refuses older ones
NOBODY = "no other program uses Bluetooth"
HARMLESS = "dbus-ble-sensors"  # passes by itself; whoever else is in the way stays there


def bluetoothd(facts: Facts) -> Iterator[Finding]:
    """BlueZ runs, and is new enough."""
    if facts.bluetooth is None:
        return
    if not facts.bluetooth.running:
        yield problem("bluetoothd", "it is not running", facts.kind.bluetooth_helps)
    elif facts.bluetooth.hangs:
        yield problem("bluetoothd", "it runs, but does not answer", facts.kind.bluetooth_helps)
    elif facts.bluetoothd is None:
        yield ok("bluetoothd", "runs, version unknown")
    elif numbers(facts.bluetoothd) < OLDEST_BLUEZ:
        yield problem("bluetoothd", f"version {facts.bluetoothd} is too old", facts.kind.update)
    else:
        yield ok("bluetoothd", f"runs, version {facts.bluetoothd}")


def adapters(facts: Facts) -> Iterator[Finding]:
    """There is an adapter, and it is on."""
    if facts.bluetooth is None or not facts.bluetooth.running or facts.bluetooth.hangs:
        return
    there = facts.bluetooth.adapters
    if not there:
        yield problem("adapter", "there is none", facts.kind.adapter_helps)
    some_on = any(adapter.powered for adapter in there)
    for adapter in there:
        if adapter.powered:
            yield ok("adapter", f"{_described(adapter)} is on")
        else:
            say = note if some_on else problem
            yield say("adapter", f"{_described(adapter)} is off", f"unplug it, or {facts.kind.reboot}")


def _described(adapter: Adapter) -> str:
    return f"{adapter.hci} {adapter.address}" + (f" ({adapter.driver})" if adapter.driver else "")


def hci_of(pack: Pack, facts: Facts) -> str:
    """The adapter by which a pack is reached, as far as that can be told; else empty."""
    bluetooth = facts.bluetooth
    if bluetooth is None:
        return ""
    device = bluetooth.devices.get(pack.address)
    if device and device.connected:
        return device.hci
    on = [one.hci for one in bluetooth.adapters if pack.adapter.upper() in ("", one.address) and one.powered]
    return on[0] if len(on) == 1 else ""


def interference(facts: Facts) -> Iterator[Finding]:
    """Other programs that get in the way of our packs."""
    venus = facts.interference
    if venus is None:
        return
    radios = [RadioUse(address=pack.address, hci=hci_of(pack, facts)) for pack in facts.enabled]
    found = {(one.who, one.words) for one in notices(venus, radios)}
    for shown in (facts.shown or {}).values():  # the service knows more: whether a scan was refused
        texts = shown.interference.split("; ") if shown.interference else []
        found |= {(who, words) for who, colon, words in (text.partition(": ") for text in texts) if colon}
    for who, words in sorted(found):
        does, _, advice = words.partition(": ")
        yield (note if who == HARMLESS else problem)(f"interference {who}", does, advice)
    if venus.bluetooth and not radios:
        words = "it is on and would end every link on the built-in adapter once a minute"
        advice = "switch off Bluetooth in the GX's Settings, Connectivity, or use a USB adapter"
        yield note("interference vesmart-server", words, advice)
    elif not found:
        on = [name for name, runs in (("vesmart-server", venus.bluetooth), (HARMLESS, venus.sensors)) if runs]
        words = f"{listed(on)} uses Bluetooth too, without disturbing a pack" if on else NOBODY
        yield ok("interference", words)
