"""Tests of the room for registers of one's own."""
