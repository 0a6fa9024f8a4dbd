"""Whom staff go to see: who is to be visited, who is to hand over, and how to reach them."""
