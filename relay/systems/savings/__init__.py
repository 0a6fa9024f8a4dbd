"""Savings: passbooks, loans and the box of a group, and the shares of a cycle; no accounts, no payments."""
