"""Limits: what one request, and one client, may take of the server.

The listener, the application and the API apply them; deploy/Caddyfile has the same figures for the proxy, and a test
compares the two. All of them are our choice. A client that is not signed in costs little: of each connection at most
HEAD_BYTES, IN_MEMORY_BYTES of a body and OUT_IN_MEMORY_BYTES of an answer are in memory, and the rest is on disk.
"""

from __future__ import annotations

from typing import Final

BODY_BYTES: Final = 64 * 1024
"""The largest body of a request whose view declares nothing else: as much as one act may have."""

FORM_BYTES: Final = 512 * 1024
"""The largest body of the largest forms: 300 rows of a ceremony in Devanagari; a register's map with 300 columns."""

SIGN_IN_BYTES: Final = 2 * FORM_BYTES
"""The largest body of a sign-in page that carries the largest form: twice that form, since field names get a prefix."""

FIELDS: Final = 6_000
"""The most fields of a form: 300 rows of a ceremony with 14 each, and some more. A field takes far more memory than
its bytes."""

FILE_BYTES: Final = 10 * 1024 * 1024
"""The largest register that can be uploaded: some 100,000 rows. Larger ones are imported on the command line."""

REGISTER_CELLS: Final = 1_000_000
"""The most cells of an uploaded register: 40,000 rows of 25 columns. The command line reads larger ones."""

IMPORT_BYTES: Final = 64 * 1024 * 1024
"""The largest file that a command line sends: some 300,000 acts. Larger ones are imported on the database's machine."""

HEAD_BYTES: Final = 16 * 1024
"""The largest head of a request, its first line and headers: cookies have 4 kB at most."""

IN_MEMORY_BYTES: Final = 16 * 1024
OUT_IN_MEMORY_BYTES: Final = 64 * 1024
LARGEST_DISK_BYTES: Final = 64 * 1024 * 1024
"""The most of an answer that waits on disk for its client: the thread that writes more waits until some is sent."""

IDLE_SECONDS: Final = 60
"""After so long a connection is closed on which nothing is sent or received."""

HEAD_SECONDS: Final = 15
"""Within so long the proxy must have received the head of a request. Relay itself waits IDLE_SECONDS: without the
proxy only this machine reaches it."""

CONNECTIONS: Final = 256
"""The most connections of one process. A further one takes the place of a stranger's, first of whichever has been
idle longest."""

COMING_AT_ONCE: Final = 32
"""The most connections that are accepted before any is read: a small part of CONNECTIONS, so that a new connection is
read before others take its place."""

COMING_SECONDS: Final = 2.0
"""For so long a new connection is expected to send a request: rather than it, a stranger's that waits for an answer is
closed."""

WAITING: Final = 1024
"""The most connections that wait in the operating system until a process accepts them."""

THREADS: Final = 8
"""The requests that one process answers at once: more would only wait for the one database."""

OF_FOLLOWERS: Final = 1
"""The threads beside them that answer machines that keep a copy: people whose answers wait for the copy would else take
every thread that it needs."""

BEGUN_AT_ONCE: Final = 2
"""The threads that may be in the first BRIEF_SECONDS of an answer: while one waits for the database another renders.
With eight, a page cost 16.9 ms of processor for sixteen readers of two processes, with two 11.9 (one run each)."""

BRIEF_SECONDS: Final = 0.25
"""After so long an answer counts as a long one, and no other waits for its end."""

SWITCH_SECONDS: Final = 0.001
"""After so long Python switches to another thread: a page queries the database several times, and would wait each time
for the requests of strangers; Python's default of 5 ms is five times as long."""

OF_STRANGERS: Final = 1
"""The threads that answer strangers, of however many addresses, each address in its turn. The others are for clients
that signed in, or used a valid token before. Python runs one thread at a time, so they wait for this many strangers."""

STRANGERS_PAUSE_SECONDS: Final = 0.1
"""The pause from one stranger's turn to the next while a signed-in client is being answered: otherwise many strangers
with small requests would take as much processor time as that client."""

SIGN_INS_A_MINUTE: Final = 20
"""The most tries to sign in from one address: a whole office signs in behind it, and guessing stays slow."""

LOOKS_A_MINUTE: Final = 30
"""The most certificates that one address may open by their codes: a queue in one office; 64 bits are not guessed at
that rate."""

LOGIN_CHARACTERS: Final = 64
"""The characters that are read of a typed login; no login has more than half as many."""
