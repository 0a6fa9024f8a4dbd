"""A snapshot kept on disk: one private file a programme, that is mapped into memory and not read twice.

What is kept is a copy. A file that is damaged, cut short or of another format counts as not there, and one that cannot
be written is done without.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from contextlib import suppress
from dataclasses import asdict, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from relay.model import Rule
from relay.snapshot import Ids, Sheaves, Snapshot, Table

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1
"""Of the file; another number is another format."""

_PROGRAMME_ID: Final = re.compile(r"[a-z0-9-]{1,40}")  # what may name a file
_WORD: Final = 8  # bytes; every column begins at a whole number of them
_PLAIN: Final = ("programme_id", "sequence", "head_hash", "goal_generations", "helps", "whole")
