"""The database: every Cypher text, the embedded engine, and what the driver's errors mean."""
