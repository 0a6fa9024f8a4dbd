"""The door: how much may be sent, how long it may take, how many are answered at once, and by how many processes."""
