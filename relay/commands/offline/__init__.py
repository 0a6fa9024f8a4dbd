"""Recording without a line: what the service holds, and what waits on this machine to be sent."""
