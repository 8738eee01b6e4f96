"""`python -m relay`."""

from relay.doors.cli import main

if __name__ == "__main__":
    main()
