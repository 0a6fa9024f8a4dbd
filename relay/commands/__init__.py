"""The commands, one module for each user: argv → one core call → printed rows.

What a command needs is imported inside it, so that `relay --help` and a single pass-on stay quick.
"""
