"""Following: a copy on another machine that fetches every entry, and checks that it extends what it has."""
