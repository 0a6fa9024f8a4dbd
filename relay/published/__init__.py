"""Published figures: properties written on placements for people who open the graph itself; Relay never reads them."""
