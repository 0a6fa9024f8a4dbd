"""Tests of `relay.web.door`."""
