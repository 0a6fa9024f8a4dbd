"""Savings: golden numbers, rules, and what can be asked."""
