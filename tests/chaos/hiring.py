"""The plant's people, and the environment in which its commands run."""

import os
from collections.abc import Mapping

from tests.endtoend import people


def hire(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Everybody's token: the commands of a user, but in this process, since two dozen interpreters take half a minute."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        for name, roles in people.CAST.items():
            people.jiaoqi("people", "add", name, "--email", f"{name}@plant.example", *roles)
        return {name: people.jiaoqi("people", "token", name).strip() for name in people.CAST}
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the settings of a developer's own stack."""
    return {name: value for name, value in environment.items() if not name.startswith(("TEMPORAL_", "JIAOQI_"))}
