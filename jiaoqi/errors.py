"""What a user of the front door may be told instead of a traceback."""

from pathlib import Path

from activities.failures import ForeseenFailure


class JiaoqiError(ForeseenFailure):
    """An expected failure of the front door's own."""


class NoStackIsRunning(JiaoqiError):
    """Neither an environment variable nor a running stack says where something is."""

    exit_code = 3

    def __init__(self, home: Path, variable: str) -> None:
        super().__init__(f"no stack is running in {home} and {variable} is not set; start one with `jiaoqi up`")


class TemporalDoesNotAnswer(JiaoqiError):
    """Temporal is known but away."""

    exit_code = 3

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"Temporal at {address} does not answer: {first_line(reason)}")


class StoreDoesNotAnswer(JiaoqiError):
    """The database is known but away, or not what we need."""

    exit_code = 3

    def __init__(self, reason: str) -> None:
        super().__init__(f"the store does not answer: {first_line(reason)}")


class NoSuchOrder(JiaoqiError):
    """The store knows no order of this number."""

    exit_code = 2

    def __init__(self, number: str) -> None:
        super().__init__(f"there is no order {number!r}")


class NobodyHasThisName(JiaoqiError):
    """The register does not know the person."""

    exit_code = 2


class MayNot(JiaoqiError):
    """The person is known, but this is not for them."""

    exit_code = 2


class SettingIsWrong(JiaoqiError):
    """A setting was given that cannot be meant."""

    exit_code = 2


class PortIsBusy(JiaoqiError):
    """Somebody else listens where we were told to."""

    exit_code = 2

    def __init__(self, option: str, port: int) -> None:
        super().__init__(f"port {port} is busy; choose another with {option} (0 picks a free one)")


class HomeIsTaken(JiaoqiError):
    """Another `up` holds the home."""

    exit_code = 2

    def __init__(self, home: Path) -> None:
        super().__init__(f"a stack is already running in {home}; stop it, or choose another --home")


class HomeCannotBeUsed(JiaoqiError):
    """The home can be neither made nor opened."""

    exit_code = 2

    def __init__(self, home: Path, reason: str | None) -> None:
        super().__init__(f"{home} cannot be used as a home: {reason}")


class ProgramIsMissing(JiaoqiError):
    """A program that should have come with the installation is not there."""

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} is missing from this installation; `make up` installs it")


class NamespaceIsMissing(JiaoqiError):
    """Temporal answers, but has no namespace of this name; one that we made up would hide a slip of the pen."""

    exit_code = 2

    def __init__(self, name: str) -> None:
        super().__init__(f"Temporal has no namespace {name}; create it, or set TEMPORAL_NAMESPACE to one that is there")


class SearchAttributeIsAnother(JiaoqiError):
    """The namespace has a search attribute of our name with a type that is not ours."""

    def __init__(self, name: str, has: str, needs: str) -> None:
        super().__init__(f"search attribute {name} is {has} in this namespace, Jiaoqi needs {needs}; use another namespace")


def first_line(text: str) -> str:
    """What libraries say beneath it is for whoever reads their code."""
    return text.strip().partition("\n")[0]
