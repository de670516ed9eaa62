"""Generate the man page and the completion script from the parsers of the command line."""
