"""Entry point: handle Ctrl-C before importing anything that takes time."""

from __future__ import annotations

import sys

from dbus_xbms.process import interrupt

FAILURE = 1  # exit status


def main() -> int:
    """Run the command line and return its exit status."""
    interrupt.install()
    try:
        try:
            from dbus_xbms.process.spared import spare

            spare()  # before anything imports them
            from dbus_xbms.cli import main as command_line
        except (ImportError, SyntaxError) as err:  # a file is missing or damaged
            print(f"dbus-xbms: the installation is incomplete: {err}; install it again", file=sys.stderr)
            return FAILURE
        return command_line()
    except KeyboardInterrupt:
        interrupt.quit_now()
    finally:
        interrupt.ignore()


if __name__ == "__main__":
    sys.exit(main())
