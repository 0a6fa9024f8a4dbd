"""Check an exported Relay ledger: python verify_ledger.py FILE [HEAD]

FILE is what `relay ledger export FILE` writes, one entry a line. HEAD is the head hash that you noted down on an
earlier day: without it nobody can see that the end of a ledger was cut off. Exit code 0: sound; 1: the first entry
that is wrong is named. Needs Python 3.11 and nothing else, and takes nothing from Relay.

Hashes are over RFC 8785 bytes. For what Relay writes, `canonical` is all that this takes: field names are ASCII, so
that sorting by character is sorting by UTF-16 code unit; texts hold no lone surrogates; whole numbers are below 2^53;
and a fraction has at most 6 decimals, which RFC 8785 writes out where Python says 1e-05.
"""

import hashlib
import json
import sys
from decimal import Decimal


def canonical(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def fault(entry, sequence, previous_hash):
    sealed = {name: value for name, value in entry.items() if name not in ("hash", "opened")}
    if (entry["sequence"], entry["previous_hash"]) != (sequence, previous_hash):
        return "does not follow the entry before it"
    if hashlib.sha256(canonical(sealed).encode()).hexdigest() != entry["hash"]:
        return "was altered: its hash does not fit its content"
    for name, opening in entry.get("opened", {}).items():
        field, in_changes = name.removeprefix("changes."), name.startswith("changes.")
        committed = (entry["payload"]["changes"] if in_changes else entry["payload"])[field]
        salted = bytes.fromhex(opening["salt"]) + canonical(opening["value"]).encode()
        if hashlib.sha256(salted).hexdigest() != committed:
            return f"gives another {name} than was recorded"


sequence, head, hashes = 0, "0" * 64, set()
with open(sys.argv[1], encoding="utf-8") as file:
    for sequence, line in enumerate(file, start=1):
        try:
            entry = json.loads(line)
            found = fault(entry, sequence, head)
        except (ValueError, KeyError, TypeError, AttributeError):
            sys.exit(print(f"line {sequence}: is not an entry") or 1)
        if found:
            sys.exit(print(f"entry {entry['sequence']}: {found}") or 1)
        head = entry["hash"]
        hashes.add(head)
if sys.argv[2:] and sys.argv[2] not in hashes:
    sys.exit(print(f"entry {sequence}: is the last, but {sys.argv[2]} is not in this ledger: it was cut") or 1)
print(f"{sequence} entries, head {head}: sound")
