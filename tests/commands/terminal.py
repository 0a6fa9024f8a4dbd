"""A terminal for the tests, as wide as one likes."""

from __future__ import annotations

import errno
import fcntl
import math
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PATIENCE: Final = 0.2  # seconds between two looks at a process that says nothing
_ONCE_MORE: Final = (
    5.0  # seconds after which a process is interrupted again: just before it waits for input it hears none
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a terminal showed.

    Attributes:
        code: With which the command ended.
        text: All of it, colours and all; line ends as in a file.
    """

    code: int
    text: str

    @property
    def without_colour(self) -> str:
        """What is read, whatever its colour."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.text)


def show(
    command: Sequence[str],
    *,
    columns: int = 80,
    environment: Mapping[str, str],
    folder: Path | None = None,
    until: str | None = None,
) -> Shown:
    """Run a command on a terminal of its own; one that would go on is interrupted when it has shown `until`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {**environment, "TERM": "xterm-256color"}
    with subprocess.Popen(command, env=variables, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)  # it is theirs alone: it ends with them, and so does what is read
        said, again_at = b"", math.inf
        for piece in _read(ours, process):
            said += piece
            if until and until in said.decode(errors="replace"):
                until, again_at = None, 0.0
            if time.monotonic() > again_at and process.poll() is None:
                process.send_signal(signal.SIGINT)
                again_at = time.monotonic() + _ONCE_MORE
    os.close(ours)
    return Shown(code=process.returncode, text=said.decode().replace("\r\n", "\n"))


def _read(terminal: int, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    ended = False
    while True:
        readable, _, _ = select.select([terminal], [], [], _PATIENCE)
        if readable:
            try:
                yield os.read(terminal, 4096)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                return  # nobody has it open any more
        elif ended:  # a process that it left behind still has it open
            return
        else:
            yield b""
        ended = process.poll() is not None
