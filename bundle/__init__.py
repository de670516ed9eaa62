"""Makes what a release consists of; ``script/bundle`` runs it."""
