"""Recording offline: what the service holds, and what waits on this machine to be sent."""
