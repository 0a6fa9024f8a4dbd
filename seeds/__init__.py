"""The seeds: a demonstration programme and two small real cases, and the generator that wrote them."""
