"""A made programme in Rwanda, relay-girinka: one cow given in calf, the first heifer owed, two years of husbandry.

Nothing is left to chance: what becomes of a cow follows from her number. Forty-eight families received a cow in calf,
half of them in 2021, half in 2022. The first heifer calf goes on once she is weaned; her keeper hands on in turn. Eight
more families received francs for a shed, which they hand on as well.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from relay.seeds.files import Cell, table

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "relay-girinka"
DAY: Final = dt.date(2026, 11, 25)
HUSBANDRY_FROM: Final = dt.date(2024, 11, 25)
"""From this day on matings, treatments and weanings were recorded: two years."""

RULES: Final = """\
[programme]
id = "relay-girinka"
name = "One cow per family (made up)"
timezone = "Africa/Kigali"
country = "rw"
systems = ["husbandry"]

[[rule]]
help = "cow"
unit = "animal"
given = 1
owed = 1
months = 54
grace_days = 180
earliest_days = 180
from = 2021-01-01
sex = "F"

[[rule]]
help = "cow"
unit = "animal"
given = 1
owed = 1
months = 36
grace_days = 180
earliest_days = 180
from = 2021-01-01
sex = "F"
condition = "pregnant"

[[rule]]
help = "seed_capital"
unit = "franc"
given = 150000
owed = 150000
months = 12
grace_days = 90
from = 2021-01-01
"""

GESTATION_DAYS: Final = 283  # as in relay/countries/rw
BETWEEN_DAYS: Final = 480  # calvings at stations in Rwanda, on average (Manzi and others, 2019)
WEANED_DAYS: Final = 210  # 6 to 8 months: the middle
HANDED_ON_DAYS: Final = 240  # of age; our choice, a month after weaning
FIRST_MATED_DAYS: Final = 730  # of age: improved breeds are covered first at 24 months (ehinga.org)
VACCINATED_DAYS: Final = 365  # our choice: once a year
FRANCS: Final = 150_000  # for a shed; our choice
FRANCS_DAYS: Final = 330  # after which they are handed on; our choice

GIVEN_ON: Final = (dt.date(2021, 3, 9), dt.date(2022, 3, 8))
A_GIFT: Final = 24
HEIFER_AT: Final = (0, 1, 0, 2)  # the first heifer is her first calf for every second cow, else her second or third
DIED: Final = (12, 5)  # of every twelve given the sixth died before her calf was weaned
KEPT: Final = (16, 6)  # of every sixteen families the seventh keeps the heifer

# Districts and sectors are real, with points near their middle; cells and villages are invented.
PROVINCE: Final = ("SOUTH", "Southern Province", -2.35, 29.74)
DISTRICTS: Final = (("GIS", "Gisagara", -2.62, 29.84), ("HUY", "Huye", -2.52, 29.69))
SECTORS: Final = (
    ("GIS-1", "Kansi", "GIS", -2.70, 29.77), ("GIS-2", "Save", "GIS", -2.55, 29.78),
    ("HUY-1", "Tumba", "HUY", -2.62, 29.74), ("HUY-2", "Simbi", "HUY", -2.51, 29.66),
)  # fmt: skip
PLANTS: Final = (
    "Umuvumu", "Umusave", "Umunyinya", "Umuyove", "Urugano", "Igitoki", "Ikawa", "Amateke", "Uburo", "Amasaka",
    "Ibishyimbo", "Urubingo", "Umutobotobo", "Igikakarubamba", "Umuravumba", "Isogi",
)  # fmt: skip
"""Kinyarwanda words for plants, which stand for the family names and villages of nobody."""
GIVEN_NAMES: Final = (
    "Claudine", "Vestine", "Espérance", "Jeannette", "Donatille", "Beatha", "Odette", "Agnès", "Josiane", "Solange",
    "Chantal", "Alphonsine", "Consolée", "Domitille", "Immaculée", "Florence", "Béatrice",
)  # fmt: skip
WITNESSES: Final = ("Gaspard Umuko", "Verdiane Ikibonobono", "Innocent Umusambi", "Daphrose Inyabarasanya")


OWN_COLUMNS: Final = (
    ("beneficiary", "road_minutes", "How many minutes on foot to the road?",
     "Combien de minutes à pied jusqu'à la route ?", "number", "", "yes"),
    ("placement", "ear_tag", "Colour of the ear tag?", "Couleur de la boucle d'oreille ?", "choice", "yellow;green",
     "no"),
    ("pass", "insured", "Is the heifer insured?", "La génisse est-elle assurée ?", "yes_or_no", "", "no"),
)  # fmt: skip
"""What this programme asks beside what Relay does; all our choice."""


@dataclass(slots=True, kw_only=True)
class Cow:
    """A cow in a family's hands."""

    placement: str
    woman: int
    received_on: dt.date
    number: int
    calved_on: list[dt.date] = field(default_factory=list)


class Girinka:
    """The programme, as its rows come to be."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.women: list[tuple[Cell, ...]] = []
        self.gifts: list[tuple[Cell, ...]] = []
        self.placements: list[tuple[Cell, ...]] = []
        self.passes: list[tuple[Cell, ...]] = []
        self.events: list[tuple[Cell, ...]] = []
        self.breedings: list[tuple[Cell, ...]] = []
        self.treatments: list[tuple[Cell, ...]] = []
        self.weanings: list[tuple[Cell, ...]] = []

    def grow(self) -> None:
        """Give, tend and hand on."""
        for nth, given_on in enumerate(GIVEN_ON, 1):
            self.gifts.append((f"G{nth}", "Umuterankunga (made up)", "cow", given_on, A_GIFT))
            for count in range(A_GIFT):
                number = (nth - 1) * A_GIFT + count
                on = _later(given_on, 2 + count % 3)
                woman = self._woman(on)
                tag = ("yellow", "green", "")[number % 3]
                self.placements.append((f"P{number:02}", f"G{nth}", _id(woman), "cow", on, 1, 1, "pregnant", tag))
                self._tend(Cow(placement=f"P{number:02}", woman=woman, received_on=on, number=number), in_calf=True)
        self._francs()

    def _woman(self, on: dt.date) -> int:
        """A woman of the next village, who agreed a week before she received."""
        number = len(self.women)
        village = VILLAGES[number % len(VILLAGES)][0]
        name = f"{GIVEN_NAMES[number % len(GIVEN_NAMES)]} {PLANTS[(number // 3) % len(PLANTS)]}"
        phone = f"07000{number + 1:05}" if number % 3 == 0 else ""
        born = 1960 + number * 7 % 40
        road = 5 + number * 13 % 55 if number % 4 else ""
        self.women.append(
            (_id(number), name, "person", "F", born, f"H{number:03}", phone, village, _later(on, -7), road)
        )
        return number

    def _tend(self, cow: Cow, *, in_calf: bool) -> None:
        """What happened to a cow, and to the first heifer that she bore."""
        first = 60 + cow.number * 7 % 150 if in_calf else FIRST_MATED_DAYS - HANDED_ON_DAYS + GESTATION_DAYS
        first += 0 if in_calf else cow.number * 11 % 60
        died = in_calf and cow.number % DIED[0] == DIED[1]
        keeps = cow.number % KEPT[0] == KEPT[1]
        died_on = _later(cow.received_on, first + 120) if died else None
        heifer_at = HEIFER_AT[cow.number % 4]
        for count in range(5):
            born_on = _later(cow.received_on, first + BETWEEN_DAYS * count)
            if died_on and count:
                break
            self._carried(cow, count, born_on, seen=in_calf and count == 0)
            if born_on > DAY:
                break
            heifer = int(count >= heifer_at)
            self.events.append(
                (f"{cow.placement}-B{count + 1}", cow.placement, "birth", born_on, 1, heifer, 1 - heifer, "")
            )
            if not died_on:
                self._weaned(cow, count, born_on)
            if count == heifer_at and not died_on and not keeps:
                self._hand_on(cow, _later(born_on, HANDED_ON_DAYS))
        if died_on:
            self.events.append((f"{cow.placement}-D", cow.placement, "death", died_on, 2, 1, 1, ""))
        self._treated(cow, until=died_on or DAY)

    def _carried(self, cow: Cow, count: int, born_on: dt.date, *, seen: bool) -> None:
        """Mated, and found pregnant three months later, in the two years; a cow that came in calf was mated before."""
        mated_on = _later(born_on, -GESTATION_DAYS)
        found_on = _later(mated_on, 91)
        if seen or mated_on < HUSBANDRY_FROM or found_on > DAY:
            return
        self.breedings.append((f"{cow.placement}-M{count + 1}", cow.placement, "mated", mated_on, ""))
        self.breedings.append((f"{cow.placement}-F{count + 1}", cow.placement, "pregnant", found_on, 3))

    def _weaned(self, cow: Cow, count: int, born_on: dt.date) -> None:
        on = _later(born_on, WEANED_DAYS)
        if HUSBANDRY_FROM <= on <= DAY:
            self.weanings.append((f"{cow.placement}-W{count + 1}", cow.placement, on, 1))

    def _treated(self, cow: Cow, until: dt.date) -> None:
        for year in range(6):
            on = _later(cow.received_on, 60 + VACCINATED_DAYS * year)
            if HUSBANDRY_FROM <= on <= until and (cow.number + year) % 4:
                by = "veterinarian" if cow.number % 2 else "technician"
                next_on = _later(on, VACCINATED_DAYS)
                row = (f"{cow.placement}-V{year + 1}", cow.placement, "vaccination", on, "lumpy_skin", by, next_on)
                self.treatments.append(row)

    def _hand_on(self, cow: Cow, on: dt.date) -> None:
        """The heifer goes to a woman who holds nothing."""
        if on > DAY:
            return
        woman = self._woman(on)
        placement = f"R{len(self.passes) + 1:02}"
        witness = WITNESSES[len(self.passes) % len(WITNESSES)]
        self.passes.append(
            (
                f"T{len(self.passes) + 1:02}",
                cow.placement,
                placement,
                _id(woman),
                on,
                1,
                1,
                "young",
                "",
                witness,
                ("yes", "no")[cow.number % 2],
            )
        )
        self._tend(Cow(placement=placement, woman=woman, received_on=on, number=cow.number + 1), in_calf=False)

    def _francs(self) -> None:
        """Eight families received francs for a shed, and handed them on; every fourth is late."""
        given_on = dt.date(2025, 6, 3)
        self.gifts.append(("G3", "Umuterankunga (made up)", "seed_capital", given_on, 8 * FRANCS))
        for nth in range(8):
            woman, placement = self._woman(given_on), f"F{nth + 1}"
            self.placements.append((placement, "G3", _id(woman), "seed_capital", given_on, FRANCS, "", "", ""))
            if nth % 4 == 3:  # noqa: PLR2004 - every fourth
                continue
            on = _later(given_on, FRANCS_DAYS + 5 * nth)
            receiver, witness = self._woman(on), WITNESSES[nth % len(WITNESSES)]
            self.passes.append(
                (f"TF{nth + 1}", placement, f"RF{nth + 1}", _id(receiver), on, FRANCS, "", "", "cash", witness, "")
            )


def _places() -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [(PROVINCE[0], PROVINCE[1], "province", "", *PROVINCE[2:])]
    rows += [(id_, name, "district", PROVINCE[0], *at) for id_, name, *at in DISTRICTS]
    rows += [(id_, name, "sector", above, *at) for id_, name, above, *at in SECTORS]
    rows += [(id_, name, "cell", above, *at) for id_, name, above, *at in CELLS]
    return rows + [(id_, name, "village", above, *at) for id_, name, above, *at in VILLAGES]


def _within(
    above: tuple[tuple[str, str, str, float, float], ...], names: tuple[str, ...]
) -> tuple[tuple[str, str, str, float, float], ...]:
    """Two places within each, a little to the north and to the south of it; their names in turn."""
    found: list[tuple[str, str, str, float, float]] = []
    for id_, _, _, north, east in above:
        for number, step in ((1, 0.01), (2, -0.01)):
            at = round(north + step, 3), round(east + step / 2, 3)
            found.append((f"{id_}-{number}", names[len(found) % len(names)], id_, *at))
    return tuple(found)


CELLS: Final = _within(SECTORS, PLANTS[:8])
VILLAGES: Final = _within(CELLS, PLANTS)


def write(folder: Path) -> None:
    """Write the programme; nothing else is left in the folder."""
    girinka = Girinka()
    girinka.grow()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    table(
        folder / "columns.csv",
        ("of", "name", "question", "question_fr", "type", "choices", "personal"),
        OWN_COLUMNS,
    )
    table(folder / "places.csv", ("place_id", "name", "kind", "parent_id", "latitude", "longitude"), _places())
    table(
        folder / "beneficiaries.csv",
        (
            "beneficiary_id",
            "name",
            "kind",
            "sex",
            "birth_year",
            "household_id",
            "phone",
            "place_id",
            "consent_on",
            "own.road_minutes",
        ),
        girinka.women,
    )
    table(folder / "gifts.csv", ("gift_id", "donor", "help", "given_on", "animals"), girinka.gifts)
    table(
        folder / "placements.csv",
        (
            "placement_id",
            "gift_id",
            "beneficiary_id",
            "help",
            "received_on",
            "animals",
            "females",
            "condition",
            "own.ear_tag",
        ),
        girinka.placements,
    )
    table(
        folder / "passes.csv",
        ("pass_id", "giver_placement_id", "receiver_placement_id", "beneficiary_id", "passed_on", "animals", "females",
         "condition", "kind", "witness", "own.insured"),
        sorted(girinka.passes, key=lambda row: str(row[4])),
    )  # fmt: skip
    table(
        folder / "events.csv",
        ("event_id", "placement_id", "kind", "happened_on", "animals", "females", "males", "note"),
        sorted(girinka.events, key=lambda row: str(row[3])),
    )
    table(
        folder / "breedings.csv",
        ("breeding_id", "placement_id", "what", "happened_on", "months_along"),
        girinka.breedings,
    )
    table(
        folder / "treatments.csv",
        ("treatment_id", "placement_id", "treatment", "happened_on", "against", "done_by", "next_on"),
        girinka.treatments,
    )
    table(folder / "weanings.csv", ("weaning_id", "placement_id", "happened_on", "weaned"), girinka.weanings)


def _id(number: int) -> str:
    return f"B{number + 1:03}"


def _later(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)
