"""``python -m dbus_xbms``: the command line, nothing else."""

import sys

from dbus_xbms.cli import main

if __name__ == "__main__":
    sys.exit(main())
