"""`relay doctor`: looks for what is wrong on this machine, and says where, and how to put it right."""
