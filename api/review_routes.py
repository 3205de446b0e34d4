"""Routes about the plant's regular looks at itself: packs, and what meetings decided on them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from activities.reviews.findings import Body
from activities.store.review_decisions import Decision
from activities.store.reviews import PackState, Review
from activities.store.views import Page
from api import forms, queries
from api.openapi import reads, takes
from api.problems import not_found
from api.responses import json_response, listed
from api.reviewing import PATH, AskForReview, Decide
from api.routing import PlainRoute
from api.services import Services, services
from workflows.types.words import NoticeState

router = APIRouter(prefix=PATH, tags=["reviews"], route_class=PlainRoute)


class PackOut(Review):
    """A pack with what was found, what was decided on it, and who was told."""

    found: Body | None
    decisions: tuple[Decision, ...]
    told: dict[str, NoticeState]


@router.get("", operation_id="list_reviews", **reads(Page[Review], queries.Reviews))
async def list_reviews(request: Request) -> Response:
    """List packs, the newest first; those that were missed or are about to be made are among them."""
    here, query = services(request), queries.read(queries.Reviews, request.query_params)

    def page() -> Page[Review]:
        return here.store.reviews.page(query.limit, query.cursor, query.kind)

    return json_response(await here.threads.run(listed, page))


@router.post("", operation_id="ask_for_review", **takes(forms.ReviewIn, Review, status=201))
async def ask_for_review(request: Request) -> Response:
    """Have a pack made by hand: once for each kind and day, whoever asks. It is there when its state is `made`."""
    here = services(request)
    return await here.performer.perform(request, AskForReview(here.office))


@router.get("/{review_id}", operation_id="get_review", **reads(PackOut))
async def get_review(review_id: str, request: Request) -> Response:
    """One pack, as it was found then."""
    here = services(request)
    return json_response(await here.threads.run(pack, here, review_id))


def pack(here: Services, review_id: str) -> str:
    review = here.store.reviews.get(review_id)
    if review is None:
        raise not_found(f"review {review_id}")
    found = Body.model_validate_json(review.body) if review.body and review.state is PackState.MADE else None
    told, decisions = here.store.circulars.states(review.id), here.store.review_decisions.of(review.id)
    return PackOut(**dict(review), found=found, decisions=tuple(decisions), told=told).model_dump_json()


@router.post("/{review_id}/decisions", operation_id="decide", **takes(forms.DecisionIn, Decision, status=201))
async def decide(review_id: str, request: Request) -> Response:
    """Record what a meeting decided; whose turn it is gets a task."""
    here = services(request)
    return await here.performer.perform(request, Decide(here.office, review_id))
