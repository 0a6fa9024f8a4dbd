"""`relay` for tests that type hundreds of commands: each is forked from one process that has imported Relay already.

Its words, environment, folder, input and output are its own, Ctrl-C reaches it, and it ends with its own code. Only
what an interpreter reads as it starts (its encoding, its options) is that of the process that it was forked from: tests
of these, and of how long it takes to start, run `relay` itself.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Final

import relay
from relay import cli

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT: Final = Path(__file__).parents[2]
_LONGEST: Final = 1 << 20  # bytes of what is handed over: a command's words and its environment

# What `relay` is: it hands itself over, passes Ctrl-C on, and ends as the forked process did.
_HANDS_OVER: Final = """\
import json, os, signal, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({path!r})
said = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
socket.send_fds(line, [len(said).to_bytes(4, "big")], [0, 1, 2])
line.sendall(said)
pid = int.from_bytes(line.recv(4), "big")
signal.signal(signal.SIGINT, lambda *_: os.kill(pid, signal.SIGINT))
code = int.from_bytes(line.recv(4), "big", signed=True)
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@contextmanager
def warm_relay(folder: Path) -> Generator[Path]:
    """Write a program `relay` into a folder; it works until the block ends, or this process does."""
    path = folder / "line"
    hands_over = folder / "hands_over.py"
    hands_over.write_text(_HANDS_OVER.format(path=str(path)), encoding="utf-8")
    program = folder / "relay"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -IS {shlex.quote(str(hands_over))} "$@"\n')
    program.chmod(0o700)
    command = [sys.executable, "-m", "tests.rigs.warm", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield program


def main(path: str) -> None:
    """Fork a process for each that hands itself over, until standard input ends."""
    for module in walk_packages(relay.__path__, "relay."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    gc.freeze()  # nobody forked looks through what was imported, or has it copied
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(64)
        os.write(1, b"ready\n")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who hand on
        while True:
            heard, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in heard:
                return
            line, _ = listening.accept()
            with line:
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    listening.close()
                    _hand_on(line)
                    os._exit(0)


def _hand_on(line: socket.socket) -> None:
    """Run one command in a process of its own, and say how it ended."""
    length, descriptors, _, _ = socket.recv_fds(line, 4, 3)
    said = bytearray()
    while len(said) < int.from_bytes(length, "big"):
        said += line.recv(_LONGEST)
    words, environment, folder = json.loads(said)
    pid = os.fork()
    if pid == 0:
        line.close()
        _run(words, environment, folder, descriptors)
    line.sendall(pid.to_bytes(4, "big"))
    for descriptor in descriptors:
        os.close(descriptor)
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):  # whoever asked was killed meanwhile
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def _run(words: list[str], environment: dict[str, str], folder: str, descriptors: list[int]) -> None:
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(ROOT / "cli.py"), *words]
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
    try:
        cli.main()
    except SystemExit as ended:
        if isinstance(ended.code, int) and threading.active_count() == 1:
            atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # as Python does at its end
            sys.stderr.flush()
            os._exit(ended.code)  # twenty times as quick as taking all that was imported down again
        raise


if __name__ == "__main__":
    main(sys.argv[1])
