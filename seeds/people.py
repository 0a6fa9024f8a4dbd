"""The places of the demonstration programme, which are real, and its people, who are not.

Given names are common ones; family names are Nepali words for plants and places (kafal, a berry; deurali, a
pass) that no family uses. Telephone numbers count up from 9790000001 and ear tags from 999000000000001
(999 is the test range of ISO 11784). Donors are invented.
"""

from __future__ import annotations

from typing import Final

# One row = place_id, name, kind, parent_id, latitude, longitude. Districts, municipalities and wards are real;
# degrees are those of the seat, to a few kilometres.
PLACES: Final = (
    ("NP-03", "Bagmati", "province", "", 27.70, 85.32),
    ("NP-04", "Gandaki", "province", "", 28.21, 83.99),
    ("NP-05", "Lumbini", "province", "", 28.05, 82.48),
    ("NP-06", "Karnali", "province", "", 28.60, 81.63),
    ("NP-07", "Sudurpashchim", "province", "", 28.70, 80.60),
    ("DHA", "Dhading", "district", "NP-03", 27.91, 84.90),
    ("CHI", "Chitwan", "district", "NP-03", 27.68, 84.43),
    ("KAS", "Kaski", "district", "NP-04", 28.21, 83.99),
    ("GOR", "Gorkha", "district", "NP-04", 28.00, 84.63),
    ("PAL", "Palpa", "district", "NP-05", 27.87, 83.55),
    ("ROL", "Rolpa", "district", "NP-05", 28.30, 82.63),
    ("JUM", "Jumla", "district", "NP-06", 29.27, 82.18),
    ("DOT", "Doti", "district", "NP-07", 29.26, 80.94),
    ("DHA-NIL", "Nilkantha", "municipality", "DHA", 27.91, 84.90),
    ("CHI-RAT", "Ratnanagar", "municipality", "CHI", 27.62, 84.51),
    ("KAS-POK", "Pokhara", "municipality", "KAS", 28.21, 83.99),
    ("GOR-GOR", "Gorkha", "municipality", "GOR", 28.00, 84.63),
    ("PAL-TAN", "Tansen", "municipality", "PAL", 27.87, 83.55),
    ("PAL-RAM", "Rampur", "municipality", "PAL", 27.86, 83.89),
    ("ROL-ROL", "Rolpa", "municipality", "ROL", 28.30, 82.63),
    ("JUM-CHA", "Chandannath", "municipality", "JUM", 29.27, 82.18),
    ("DOT-DIP", "Dipayal Silgadhi", "municipality", "DOT", 29.26, 80.94),
    ("DHA-NIL-3", "Nilkantha-3", "ward", "DHA-NIL", 27.92, 84.89),
    ("CHI-RAT-2", "Ratnanagar-2", "ward", "CHI-RAT", 27.62, 84.50),
    ("KAS-POK-21", "Pokhara-21", "ward", "KAS-POK", 28.17, 83.95),
    ("GOR-GOR-8", "Gorkha-8", "ward", "GOR-GOR", 28.00, 84.62),
    ("PAL-TAN-5", "Tansen-5", "ward", "PAL-TAN", 27.87, 83.54),
    ("PAL-TAN-9", "तानसेन-९", "ward", "PAL-TAN", 27.86, 83.56),
    ("PAL-RAM-4", "Rampur-4", "ward", "PAL-RAM", 27.86, 83.88),
    ("ROL-ROL-1", "रोल्पा-१", "ward", "ROL-ROL", 28.30, 82.64),
    ("JUM-CHA-6", "Chandannath-6", "ward", "JUM-CHA", 29.28, 82.18),
    ("DOT-DIP-7", "Dipayal Silgadhi-7", "ward", "DOT-DIP", 29.26, 80.93),
)

# One row = group_id, name, kind, place_id.
GROUPS: Final = (
    ("W01", "Laligurans Women's Group", "womens_group", "PAL-TAN-5"),
    ("W02", "काफल महिला समूह", "womens_group", "PAL-TAN-9"),
    ("W03", "Deurali Women's Group", "womens_group", "PAL-RAM-4"),
    ("W04", "Chautari Women's Group", "womens_group", "KAS-POK-21"),
    ("W05", "सल्लाघारी महिला समूह", "womens_group", "GOR-GOR-8"),
    ("W06", "Panidhara Women's Group", "womens_group", "DHA-NIL-3"),
    ("W07", "Tarebhir Women's Group", "womens_group", "CHI-RAT-2"),
    ("W08", "लेकाली महिला समूह", "womens_group", "ROL-ROL-1"),
    ("W09", "Dhupi Women's Group", "womens_group", "JUM-CHA-6"),
    ("W10", "Amriso Women's Group", "womens_group", "DOT-DIP-7"),
)

DONORS: Final = (
    "Les Amis du Sentier Bleu",
    "Fondation Trois Sources",
    "Odile Verdoyant",
    "Cercle Passerelle",
    "हरियो पाइला समूह",
    "Rotonde Club of Valmorin",
    "Ansgar Lindenhain",
)

# One name = as written in Latin and in Devanagari script.
GIVEN_NAMES: Final = (
    ("Maya", "माया"), ("Sita", "सीता"), ("Gita", "गीता"), ("Sunita", "सुनिता"), ("Anita", "अनिता"),
    ("Laxmi", "लक्ष्मी"), ("Saraswati", "सरस्वती"), ("Parbati", "पार्वती"), ("Kamala", "कमला"), ("Bimala", "विमला"),
    ("Sarita", "सरिता"), ("Radha", "राधा"), ("Mina", "मीना"), ("Rita", "रीता"), ("Kopila", "कोपिला"),
    ("Junkiri", "जुनकिरी"), ("Phulmaya", "फूलमाया"), ("Dilmaya", "दिलमाया"), ("Sanmaya", "सनमाया"),
    ("Chameli", "चमेली"),
    ("Asmita", "अस्मिता"), ("Pabitra", "पवित्रा"), ("Indira", "इन्दिरा"), ("Tara", "तारा"), ("Shanta", "शान्ता"),
    ("Durga", "दुर्गा"), ("Goma", "गोमा"), ("Manju", "मञ्जु"), ("Rupa", "रुपा"), ("Hira", "हिरा"),
    ("Moti", "मोती"), ("Batuli", "बाटुली"), ("Tulasi", "तुलसी"), ("Yashoda", "यशोदा"), ("Nirmala", "निर्मला"),
    ("Sabitri", "सावित्री"), ("Ganga", "गंगा"), ("Jamuna", "जमुना"), ("Kausila", "कौशिला"), ("Bishnu", "विष्णु"),
)  # fmt: skip
FAMILY_NAMES: Final = (
    ("Kafal", "काफल"), ("Laligurans", "लालीगुराँस"), ("Chautari", "चौतारी"), ("Pipal", "पिपल"), ("Deurali", "देउराली"),
    ("Kholsi", "खोल्सी"), ("Lekali", "लेकाली"), ("Dhungeri", "ढुङ्गेरी"), ("Jhyaupani", "झ्याउपानी"),
    ("Sallaghari", "सल्लाघारी"), ("Simali", "सिमाली"), ("Chilaune", "चिलाउने"), ("Okhaldhara", "ओखलधारा"),
    ("Panidhara", "पानीधारा"), ("Kodobari", "कोदोबारी"), ("Makaibari", "मकैबारी"), ("Tarebhir", "तारेभिर"),
    ("Amriso", "अम्रिसो"), ("Nigalo", "निगालो"), ("Titepati", "तितेपाती"), ("Suntalabari", "सुन्तलाबारी"),
    ("Bhanjyang", "भञ्ज्याङ"), ("Dhupi", "धूपी"), ("Utis", "उत्तिस"), ("Bakaino", "बकाइनो"), ("Khasru", "खस्रु"),
    ("Timurbot", "टिमुरबोट"), ("Painyu", "पैँयु"), ("Koiralo", "कोइरालो"), ("Harro", "हर्रो"),
)  # fmt: skip
MENS_NAMES: Final = (("Hari", "हरि"), ("Gopal", "गोपाल"), ("Krishna", "कृष्ण"))
