"""Whether the API lives, whether all that it needs answers, and its figures."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.metrics import MEDIA_TYPE
from api.problems import RETRY_AFTER, Problem
from api.services import services

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz(request: Request) -> Response:
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """200 when store, Temporal and a worker for orders answer; else which of them does not."""
    missing = await services(request).readiness.missing()
    if missing:
        detail = f"does not answer: {', '.join(missing)}"
        raise Problem(503, "not-ready", detail, extra={"missing": missing}, headers=RETRY_AFTER)
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    return Response(services(request).metrics.page(), media_type=MEDIA_TYPE)
