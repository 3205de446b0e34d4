"""Problem documents (RFC 9457): every way in which the API says no, made in one place."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response

from activities.languages import Tongue, chosen, wished
from workflows.types.refusals import STATUS, Fault, Refusal
from workflows.types.words import Language

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 50
"""A body of 64 kB can be wrong in thousands of places; nobody reads more than a few."""
RETRY_AFTER = {"Retry-After": "2"}
INVALID = "invalid"
ENGLISH = Tongue.of(Language.EN)


class Problem(Exception):
    """Stops a request; becomes its answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Iterable[Fault] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail
        self.errors = tuple(errors)[:MOST_FAULTS]
        self.extra, self.headers = dict(extra or {}), dict(headers or {})

    @classmethod
    def of(cls, refusal: Refusal) -> "Problem":
        """What the policy or the inbox refused; a code without a status of its own is no answer but a failure."""
        if refusal.code not in STATUS:
            return outcome_unknown(refusal.detail)
        return cls(STATUS[refusal.code], refusal.code, refusal.detail, refusal.errors, refusal.extra)

    @property
    def title(self) -> str:
        return self.code.replace("-", " ").capitalize()

    def said_in(self, tongue: Tongue) -> str:
        """The detail; that of an invalid body is made of what is wrong in it."""
        return summed_up(self.errors, tongue) if self.code == INVALID and self.errors else tongue.said(self.detail)

    def document(self, tongue: Tongue = ENGLISH) -> dict[str, Any]:
        return {
            **self.extra,
            "type": f"urn:jiaoqi:problem:{self.code}",
            "title": tongue.said(self.title),
            "status": self.status,
            "detail": self.detail if tongue.is_english else self.said_in(tongue),
            "code": self.code,
            "errors": [{"pointer": fault.pointer, "message": tongue.said(fault.message)} for fault in self.errors],
        }

    def response(self, tongue: Tongue = ENGLISH) -> Response:
        headers = self.headers if tongue.is_english else {**self.headers, "Content-Language": tongue.language}
        # Lone surrogates may be quoted from a body; as an escape they are still JSON.
        text = json.dumps(self.document(tongue), ensure_ascii=False).encode("utf-8", "backslashreplace")
        return Response(text, self.status, headers, MEDIA_TYPE)


def refuse(refusal: Refusal | None) -> None:
    """Goes on unless there is a refusal."""
    if refusal is not None:
        raise Problem.of(refusal)


def invalid(*faults: Fault) -> Problem:
    return Problem(422, INVALID, summed_up(faults, ENGLISH), faults)


def summed_up(faults: Sequence[Fault], tongue: Tongue) -> str:
    return "; ".join(f"{fault.pointer or tongue.text('the body')}: {tongue.said(fault.message)}" for fault in faults[:3])


def understood(headers: Headers) -> Tongue:
    """The language in which a client without a page of ours wants to be answered."""
    return Tongue.of(chosen(wished(headers.get("accept-language", ""))) or Language.EN)


def not_found(what: str) -> Problem:
    return Problem(404, "not-found", f"there is no {what}")


def unauthorized(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})


def outcome_unknown(why: str) -> Problem:
    """It may have happened: the same Idempotency-Key again finds out, and does it only once."""
    detail = f"{why}; it may have happened: try again with the same Idempotency-Key"
    return Problem(503, "outcome-unknown", detail, headers=RETRY_AFTER)


def away(what: str) -> Problem:
    """Nothing has happened, since the store or the engine cannot be reached."""
    return Problem(503, f"{what}-away", f"the {what} does not answer; nothing has happened", headers=RETRY_AFTER)
