"""Tests of `relay.doctor`: broken folders, each put right by following what the doctor advises."""
