"""Tests of `relay.web.setting_up`."""
