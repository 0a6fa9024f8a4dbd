"""Relay: the tracker of livestock relays, where every gift is passed on."""
