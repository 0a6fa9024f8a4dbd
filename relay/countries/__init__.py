"""Countries: levels of place, outlines, telephones, calendar, money and usual limits of animals, a folder for each."""
