"""Write made registers: `python -m relay.seeds.registers --seed N FOLDER`.

FOLDER gets a programme to import first, `programme/`, and beside it one register for each layout.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from relay.seeds.people import PLACES
from relay.seeds.registers.layout import LAYOUTS, layouts
from relay.seeds.registers.slips import SLIPPED, write_slipped
from relay.seeds.registers.story import GIFTS, RULES, women


def write_programme(folder: Path) -> None:
    """Write the rules, places and gifts that all made registers are about."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    (folder / "gifts.csv").write_text(GIFTS, encoding="utf-8")
    places = [",".join(map(str, place)) for place in PLACES]
    header = "place_id,name,kind,parent_id,latitude,longitude"
    (folder / "places.csv").write_text("\n".join([header, *places]) + "\n", encoding="utf-8")


def main() -> None:
    """Write the programme, the registers, and one with slips of the pen."""
    parser = argparse.ArgumentParser(prog="python -m relay.seeds.registers", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("registers"))
    parser.add_argument("--seed", type=int, default=1, help="another number makes other women")
    parser.add_argument("--women", type=int, default=24, help="in each register")
    parser.add_argument("--layouts", type=Path, default=LAYOUTS, help="a folder of layouts")
    said = parser.parse_args()
    write_programme(said.folder / "programme")
    for number, layout in enumerate(layouts(said.layouts)):
        print(layout.write(said.folder, women(said.seed * 1000 + number, said.women)))  # noqa: T201 - a command
    slips = write_slipped(said.folder / SLIPPED, said.seed)
    print(said.folder / SLIPPED, f"({len(slips)} slips)")  # noqa: T201


if __name__ == "__main__":
    main()
