"""One module per command: ``add_arguments(parser)`` and ``run(args) -> exit status``."""


class CommandError(Exception):
    """What stops a command and what the owner can do about it, in one line."""
