"""Tests of `relay.service`."""
