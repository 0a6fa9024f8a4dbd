"""Traffic: limits on what clients send, the listener that holds them, the queue, and the processes that answer."""
