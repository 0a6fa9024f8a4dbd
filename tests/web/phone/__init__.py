"""Tests of `relay.web.phone`, in a real browser against the real service."""
