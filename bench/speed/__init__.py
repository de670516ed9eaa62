"""What the running program costs, measured from outside."""
