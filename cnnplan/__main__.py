"""`python -m cnnplan` is the command line."""

from cnnplan.cli import main

if __name__ == "__main__":
    main()
