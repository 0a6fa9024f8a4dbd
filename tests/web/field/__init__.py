"""Tests of `relay.web.field`, in a real browser against the real service."""
