"""Check who signed a Relay checkpoint: python verify_checkpoint.py CHECKPOINT [KEY]

CHECKPOINT is what `relay ledger checkpoint FILE` writes. KEY is the programme's public key as you noted it down:
without it you learn which key signed, and compare it yourself. Exit code 0: a true signature; 1: not. Then hold the
ledger against it: python verify_ledger.py LEDGER CHECKPOINT. Needs Python 3.11 and nothing else.

The signature is Ed25519 (RFC 8032, §5.1), worked out here by the plain arithmetic of that document, slowly, in points
(X, Y, Z, T) of the curve: x = X/Z, y = Y/Z, x·y = T/Z. It covers the checkpoint without its `signature`, with keys in
order and nothing between them.
"""

import json
import sys
from hashlib import sha512

P = 2**255 - 19  # the field
L = 2**252 + 27742317777372353535851937790883648493  # the order of the base point
D = -121665 * pow(121666, -1, P) % P


def once(pairs):  # nothing where a name stands twice: of two, one reader takes the first and another the last
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def plus(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e = (y1 - x1) * (y2 - x2)
    f = (y1 + x1) * (y2 + x2)
    g, h = 2 * t1 * t2 * D, 2 * z1 * z2
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def times(number, point):
    result = 0, 1, 1, 0
    while number:
        if number % 2:
            result = plus(result, point)
        point, number = plus(point, point), number // 2
    return result


def point_of(octets):
    y, odd = int.from_bytes(octets, "little") % 2**255, octets[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        raise ValueError
    x = P - x if x % 2 != odd else x
    return x, y, 1, x * y % P


def signed(key, content, signature):
    base = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    nonce, s = signature[:32], int.from_bytes(signature[32:], "little")
    k = int.from_bytes(sha512(nonce + key + content).digest(), "little") % L
    x1, y1, z1, _ = times(s, base)
    x2, y2, z2, _ = plus(point_of(nonce), times(k, point_of(key)))
    return not signature[64:] and s < L and (x1 * z2 - x2 * z1) % P == 0 == (y1 * z2 - y2 * z1) % P


if len(sys.argv) == 1:
    sys.exit(__doc__)
try:
    with open(sys.argv[1], encoding="utf-8-sig") as file:
        checkpoint = json.load(file, object_pairs_hook=once)
    content = {name: value for name, value in checkpoint.items() if name != "signature"}
    octets = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    true = signed(bytes.fromhex(checkpoint["public_key"]), octets, bytes.fromhex(checkpoint["signature"]))
except OSError as error:
    sys.exit(f"{sys.argv[1]} cannot be read: {error.strerror}")
except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
    sys.exit("this is not a checkpoint")
if not true:
    sys.exit("the signature is not true: this checkpoint was altered or made up")
if not {*sys.argv[2:]} <= {checkpoint["public_key"]}:
    sys.exit(f"it is signed with another key: {checkpoint['public_key']}")
print(f"entry {checkpoint['sequence']}, head {checkpoint['head_hash']}, of {checkpoint['made_at']}")
print(f"signed with key {checkpoint['public_key']}: true")
