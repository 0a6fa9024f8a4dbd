"""Check an exported Relay ledger: python verify_ledger.py FILE [KEPT]...

FILE is what `relay ledger export FILE` writes, one entry a line. KEPT is a head hash that you noted down on an
earlier day, or the file of a checkpoint of that day (its signature is what verify_checkpoint.py looks at): without one
nobody can see that the end of a ledger was cut off, or rewritten with hashes that fit. With one that holds for the
entries up to it; it is said how many came later. Exit code 0: sound; 1: the first entry that is wrong is named, or
there is none. Needs Python 3.11 and nothing else, and takes nothing from Relay.

Hashes are over RFC 8785 bytes. For what Relay writes, `canonical` is all that this takes: field names are ASCII, so
that sorting by character is sorting by UTF-16 code unit; texts hold no lone surrogates; whole numbers are below 2^53;
and a fraction has at most 6 decimals, which are written out.
"""

import json
import sys
from decimal import Context, Decimal
from hashlib import sha256
from pathlib import Path

EXACT = Context(prec=10**6).normalize  # rounds nothing that anybody writes


def canonical(value):
    if isinstance(value, dict):
        return b"{" + b",".join(canonical(key) + b":" + canonical(value[key]) for key in sorted(value)) + b"}"
    return (f"{EXACT(value):f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)).encode()


def once(pairs):  # nothing where a name stands twice: of two, one reader takes the first and another the last
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def fault(entry, number, hash_before):
    if (repr(entry["sequence"]), entry["previous_hash"]) != (str(number), hash_before):
        return "does not follow the entry before it"
    if sha256(canonical({key: entry[key] for key in entry.keys() - {"hash", "opened"}})).hexdigest() != entry["hash"]:
        return "was altered: its hash does not fit its content"
    if repr(entry["format"]) != ("2" if "written_at" in entry else "1"):
        return "is of another format than what it says of when it was written"
    for name, opening in entry.get("opened", {}).items():
        said = entry["payload"]["changes"][name[8:]] if name.startswith("changes.") else entry["payload"][name]
        salt = bytes.fromhex(opening.pop("salt"))  # always of one length: no value can begin in it, and none end there
        if (sha256(salt + canonical(opening.pop("value"))).hexdigest(), len(salt), opening) != (said, 16, {}):
            return f"gives another {name} than was recorded"


if len(sys.argv) == 1:
    sys.exit(__doc__)
hashes = ["0" * 64]
try:
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(filter(str.strip, file), start=1):
            try:
                found = fault(
                    entry := json.loads(line, object_pairs_hook=once, parse_float=Decimal), number, hashes[-1]
                )
            except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
                found = "cannot be read"
            if found:
                sys.exit(f"entry {number} {found}")
            hashes.append(entry["hash"])
except OSError as error:
    sys.exit(f"{sys.argv[1]} cannot be read: {error.strerror}")
for kept in sys.argv[2:]:
    try:
        file = Path(kept)
        head = json.loads(file.read_bytes(), object_pairs_hook=once)["head_hash"] if file.is_file() else kept
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        sys.exit(f"{kept} is not a checkpoint")
    if (head := "".join(str(head).lower().split())) not in hashes[1:]:
        sys.exit(f"entry {len(hashes) - 1} is the last, and none is {head}: mistyped, another copy's, cut or rewritten")
    print(f"{kept} is of entry {hashes.index(head)}; {len(hashes) - 1 - hashes.index(head)} came later")
print(f"{len(hashes) - 1} entries, head {hashes[-1]}: sound") if hashes[1:] else sys.exit("the file holds no entry")
