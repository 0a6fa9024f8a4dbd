"""Whom field staff are to see: whom to visit, who is to hand over, and how to reach them."""
