"""Pages for auditors: health, statistics, findings, samples, the ledger and the query page."""
