"""The command line of a clone: `python cli.py` is what `relay` is where Relay is installed."""

from relay.cli import main

if __name__ == "__main__":
    main()
