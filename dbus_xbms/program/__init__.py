"""The program as a service on the bus: scans, adding packs, what it does, and what `doctor` finds."""
