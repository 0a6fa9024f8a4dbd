"""Tests of `relay.exchange.rows`."""
