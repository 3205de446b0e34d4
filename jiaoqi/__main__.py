"""`python -m jiaoqi` is `jiaoqi`."""

from jiaoqi.cli import main

if __name__ == "__main__":
    main()
