"""Who is meant: which ids are one woman's, and how like two people are."""
