"""The rules of the relay and its words: what may be recorded, what it means, and how an act is sealed."""
