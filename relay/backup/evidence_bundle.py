"""The evidence bundle: everything needed to check a ledger on any computer that has Python.

One ZIP file with the ledger, a signed checkpoint of its end, the two short scripts that check them, and instructions.
It needs neither Relay nor a network.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Final

from relay.documents import FOLDER
from relay.ledger.checkpoints import Checkpoint

SCRIPTS: Final = ("verify_ledger.py", "verify_checkpoint.py")
_LEDGER, _CHECKPOINT, _README = "ledger.jsonl", "checkpoint.json", "README.txt"

_README_TEXT: Final = """\
The ledger of programme {programme_id}, as it stood on {made_at}: {sequence} entries, one a line of {ledger}.

Check it with Python 3.11 or later and nothing else. Read both scripts first: they are short. If you have copies of
them from another source, use those.

    python verify_ledger.py {ledger} {checkpoint}
    python verify_checkpoint.py {checkpoint}

The first recomputes every hash, names the first entry that cannot be believed, and says how many entries came after
the checkpoint: none, in this bundle. The second says with which key the checkpoint was signed. Compare that key with
the one you know of this programme, from an earlier checkpoint or from its office:

    {public_key}

If you kept a checkpoint of an earlier day, give it too: what it covers cannot have been changed since.

    python verify_ledger.py {ledger} {checkpoint} EARLIER.json

Keep {checkpoint}, on paper or where nobody of the programme can reach it.

{names}
"""
_WITHOUT_NAMES_TEXT: Final = (
    "Names and other personal values are not in this bundle. In their place stand commitments, which the hashes cover."
)
_WITH_NAMES_TEXT: Final = (
    "This bundle holds names and other personal values: lock it away, and delete it when you have checked."
)


def write_bundle(file: BinaryIO, lines: Iterable[str], checkpoint: Checkpoint, *, with_names: bool) -> None:
    """Write a bundle; the same ledger and checkpoint give the same bytes.

    Args:
        file: A seekable file, open for writing.
        lines: The exported ledger up to the checkpoint's entry, without line breaks.
        checkpoint: The signed checkpoint of that entry.
        with_names: Whether the lines have personal values; the readme says so.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        with bundle.open(_member(_LEDGER), "w") as member, io.TextIOWrapper(member, "utf-8", newline="\n") as text:
            text.writelines(f"{line}\n" for line in lines)
        for name, content in _small_members(checkpoint, with_names=with_names).items():
            bundle.writestr(_member(name), content)


def _member(name: str) -> zipfile.ZipInfo:
    """A file of the ZIP, dated with the format's first day, so that the same content gives the same bytes."""
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _small_members(checkpoint: Checkpoint, *, with_names: bool) -> Mapping[str, str]:
    readme = _README_TEXT.format(
        programme_id=checkpoint.programme_id,
        made_at=checkpoint.made_at,
        sequence=checkpoint.sequence,
        public_key=checkpoint.public_key,
        ledger=_LEDGER,
        checkpoint=_CHECKPOINT,
        names=_WITH_NAMES_TEXT if with_names else _WITHOUT_NAMES_TEXT,
    )
    scripts = {name: (FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS}
    return {_CHECKPOINT: checkpoint.to_text(), **scripts, _README: readme}
