"""The policy of resources: what one request, and one client, may take of the server.

The server, the application and the API hold to it; deploy/Caddyfile says the same to the proxy, and a test compares the
two. All of it is our choice. Whoever is not signed in costs little: of each connection at most HEAD_BYTES,
IN_MEMORY_BYTES of a body and OUT_IN_MEMORY_BYTES of an answer are in memory, and the rest is on disk.
"""

from __future__ import annotations

from typing import Final

BODY_BYTES: Final = 64 * 1024
"""Of any request for which nothing else is said: as much as one act may have."""

FORM_BYTES: Final = 512 * 1024
"""Of the largest forms: 300 rows of a ceremony in Devanagari; the map of a register with 300 columns."""

SIGN_IN_BYTES: Final = 2 * FORM_BYTES
"""Of a sign-in page that carries the largest form: twice as much as that itself may have, for its marks."""

FIELDS: Final = 6_000
"""Of any form: 300 rows of a ceremony with 14 each, and some more. A field takes far more memory than bytes."""

FILE_BYTES: Final = 10 * 1024 * 1024
"""Of a register that is uploaded: some 100,000 rows. Larger ones are imported by the command line."""

REGISTER_CELLS: Final = 1_000_000
"""Of a register that is read in the browser: 40,000 rows of 25 columns. The command line reads larger ones."""

IMPORT_BYTES: Final = 64 * 1024 * 1024
"""Of a file that a command line sends: some 300,000 acts. Larger ones are imported on the database's own machine."""

HEAD_BYTES: Final = 16 * 1024
"""Of the first line and the headers of a request: cookies have 4 kB at most."""

IN_MEMORY_BYTES: Final = 16 * 1024
OUT_IN_MEMORY_BYTES: Final = 64 * 1024
LARGEST_DISK_BYTES: Final = 64 * 1024 * 1024
"""Of an answer that nobody has taken yet: whoever makes a larger one waits until some of it is taken."""

IDLE_SECONDS: Final = 60
"""After which a connection is closed on which nothing moves: nothing is asked, or no more of a request comes."""

HEAD_SECONDS: Final = 15
"""Within which the proxy has to have the head of a request; Relay itself, which only this machine reaches without it,
waits IDLE_SECONDS."""

CONNECTIONS: Final = 256
"""Of one process at once. Whoever comes then takes the place of a stranger, first of the one who has been still
longest."""

COMING_AT_ONCE: Final = 32
"""Who are taken in before it is looked what anybody says: few of CONNECTIONS, so that who has just come is heard."""

COMING_SECONDS: Final = 2.0
"""For which whoever came is taken to be about to ask: before her, a stranger who waits for an answer makes room."""

WAITING: Final = 1024
"""Connections that the system keeps until a process takes them in."""

THREADS: Final = 8
"""Requests that one process answers at once: more would only wait for one database."""

BEGUN_AT_ONCE: Final = 2
"""Of THREADS, those that are in the first BRIEF_SECONDS of an answer: while one waits for the database another draws.
With eight, a page cost 16.9 ms of processor for sixteen readers of two processes, with two 11.9 (one run each)."""

BRIEF_SECONDS: Final = 0.25
"""After which an answer is one that takes long, and no other waits for its end."""

SWITCH_SECONDS: Final = 0.001
"""For which one thread keeps the others waiting: a page asks the database several times, and would wait as often for
whatever strangers ask; Python's own 5 ms are five times as long."""

OF_STRANGERS: Final = 1
"""Of THREADS, those that answer strangers, of however many addresses, each address in its turn: the others are for
whoever is known, since she signed in or was let in by a token before. Python works for one thread at a time, so she
waits for as many strangers as there are."""

STRANGERS_PAUSE_SECONDS: Final = 0.1
"""From one stranger's turn to the next, as long as somebody known is being answered: many who each ask for little would
else take as much of Python as she does."""

SIGN_INS_A_MINUTE: Final = 20
"""From one address: a whole office behind it signs in; guessing stays slow."""

LOOKS_A_MINUTE: Final = 30
"""At certificates, from one address: a queue at one desk; 64 bits are not guessed at that pace."""

LOGIN_CHARACTERS: Final = 64
"""Of what is typed as a login; no login has more than half as many."""
