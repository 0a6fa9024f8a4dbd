"""Tests of `relay.web.api`."""
