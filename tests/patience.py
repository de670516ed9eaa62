"""How long tests wait for what must come. It measures nothing: the machine may be busy."""

PATIENCE = 120.0  # s; less than the limit of a test in pyproject.toml, so that the wait is what fails
