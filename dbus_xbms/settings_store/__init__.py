"""A ``com.victronenergy.settings`` for machines without Venus OS, and for the simulator."""
