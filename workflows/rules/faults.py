"""What pydantic found wrong, in words and places that a person understands."""

from pydantic import ValidationError

from workflows.types.refusals import Fault

Place = tuple[int | str, ...]


def faults(error: ValidationError, below: str = "") -> list[Fault]:
    """A fault for each wrong field, as a JSON pointer below `below`."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = [each["loc"] for each in found]
    return [
        Fault(pointer=below + pointer(each["loc"]), message=message(each["msg"]))
        for each in found
        # Pydantic does not count a list's faulty items, and then also calls the list too short.
        if each["type"] != "too_short" or not any(holds(each["loc"], place) for place in places)
    ]


def holds(place: Place, other: Place) -> bool:
    return len(other) > len(place) and other[: len(place)] == place


def pointer(where: Place) -> str:
    """A JSON pointer (RFC 6901); pydantic marks a wrong key, as against its value, by a last step that is no place."""
    steps = where[:-1] if where and where[-1] == "[key]" else where
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def message(said_by_pydantic: str) -> str:
    """Without pydantic's own words for what a value, a key or an error is."""
    return said_by_pydantic.removeprefix("Value error, ").removeprefix("Input ").replace("Extra inputs are", "is")
