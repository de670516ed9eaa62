"""How long tests wait for something that must happen. Generous: the machine may be busy."""

PATIENCE = 120.0  # s; less than the limit of a test in pyproject.toml, so that the wait is what fails
