"""One module per command: ``add_arguments(parser)`` and ``run(args) -> exit status``."""


class CommandError(Exception):
    """Ends a command; the message is one line with the reason and what to do."""
