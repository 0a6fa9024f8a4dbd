"""Tests of `relay.web.managers`."""
