"""Tests of `relay.exchange.exchange_format`."""
