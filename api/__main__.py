"""`python -m api`: serves the API until a signal stops it."""

from api.main import main

if __name__ == "__main__":
    main()
