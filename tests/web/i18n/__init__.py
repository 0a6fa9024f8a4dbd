"""Tests of `relay.web.i18n`."""
