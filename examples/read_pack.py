"""Read a pack three times: python read_pack.py A4:C1:37:01:02:03 [PASSWORD]."""

import asyncio
import sys

from dbus_xbms import LinkError, LoginFailed, ProtocolError, connect


async def main(address: str, password: str = "") -> None:
    """Print voltage, current, state of charge and cells, each second."""
    async with connect(address, password=password) as pack:
        for _ in range(3):
            sample = (await pack.read()).sample
            cells = ", ".join(f"{cell:.3f}" for cell in sample.cells)
            print(f"{sample.voltage:.2f} V  {sample.current:+.2f} A  {sample.soc:.0f} %  cells {cells} V")
            await asyncio.sleep(1)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except (LinkError, LoginFailed, ProtocolError) as err:
        sys.exit(f"{type(err).__name__}: {err}")
