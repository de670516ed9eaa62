"""CPU, memory and latency of the running program, measured from outside."""
