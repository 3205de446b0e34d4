"""Why a document cannot be had, as an answer."""

from activities.documents.papers import NothingToPrint
from activities.documents.printing import NotPrinted
from activities.documents.vault import ContentIsDamaged, ContentIsMissing, VaultIsAway
from activities.failures import ForeseenFailure
from api.problems import RETRY_AFTER, Problem


def problem_of(failure: ForeseenFailure) -> Problem:
    """What stands in the way of a document, as an answer."""
    why = str(failure)
    match failure:
        case NotPrinted():
            return Problem(503, "no-printer", f"PDFs cannot be made here now: {why}", headers=RETRY_AFTER)
        case NothingToPrint():
            return Problem(409, "nothing-to-print", why)
        case VaultIsAway():
            return Problem(503, "documents-away", why, headers=RETRY_AFTER)
        case ContentIsMissing() | ContentIsDamaged():
            return Problem(503, "document-damaged", f"{why}; it is not given out", headers=RETRY_AFTER)
        case _:
            return Problem(409, "not-possible", why)
