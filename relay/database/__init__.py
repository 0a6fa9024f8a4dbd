"""The database: all Cypher queries of the core, the embedded engine, and the errors of the driver."""
