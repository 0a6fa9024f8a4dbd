"""Husbandry: what is refused of it, and from when on each can pass on."""
