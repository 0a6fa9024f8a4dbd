"""Tests of `relay.web.traffic`."""
