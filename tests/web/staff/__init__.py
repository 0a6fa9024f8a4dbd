"""Tests of `relay.web.staff`."""
