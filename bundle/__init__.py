"""Makes what a release consists of; ``script/bundle`` runs it. Trees are dicts in memory until they are packed."""
