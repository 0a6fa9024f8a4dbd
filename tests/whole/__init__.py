"""Tests of the whole product: faults, load, documents, seeds."""
