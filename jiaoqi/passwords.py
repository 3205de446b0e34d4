"""Passwords from files: an address may leave its password out, and a second variable names the file that has it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from jiaoqi.errors import SettingIsWrong


def with_password(part: str, url: str, given: Mapping[str, str]) -> str:
    """The URL with the password that the file named by `{part}_PASSWORD_FILE` has; without that variable as it is.

    What is in the file goes before what is in the URL, so that a process that inherits both reads the same. Raises
    SettingIsWrong; its text never has the password.
    """
    variable = f"{part}_PASSWORD_FILE"
    if variable not in given:
        return url
    password = quote(read(variable, Path(given[variable])), safe="")
    parts = urlsplit(url)
    people, at, place = parts.netloc.rpartition("@")
    if not at:
        raise SettingIsWrong(f"{variable} is set, but {part}_URL names no user whose password it could be")
    return parts._replace(netloc=f"{people.partition(':')[0]}:{password}@{place}").geturl()


def read(variable: str, file: Path) -> str:
    """The one line of a secret's file. Raises SettingIsWrong."""
    try:
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingIsWrong(f"{variable} names {file}, which cannot be read: {reason}") from error
    if not text or "\n" in text:
        raise SettingIsWrong(f"{variable} names {file}, which must hold one line, the password")
    return text
