"""Tests of `relay.web.auditors`."""
