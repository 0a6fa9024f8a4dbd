"""Machinery that tests run: a Neo4j, a faulty line, a small disk, a served Relay."""
