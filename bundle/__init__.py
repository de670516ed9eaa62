"""Build the files of a release; ``script/bundle`` runs it."""
