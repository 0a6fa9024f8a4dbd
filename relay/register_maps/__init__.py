"""Maps for registers: read an organisation's own workbook by a map that is proposed once."""
