"""Makes the man page and the script that completes commands, from the parsers of the command line."""
