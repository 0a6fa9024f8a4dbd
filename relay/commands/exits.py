"""How a command ends: 0 done; 1 not done, the message says why; 2 usage; 3 found something; 4 no database or port."""

from __future__ import annotations

DONE, NOT_DONE, USAGE, FOUND, UNAVAILABLE = range(5)
