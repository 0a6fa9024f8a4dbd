"""A register of one's own: an organisation's own workbook, read by a map that is proposed once."""
