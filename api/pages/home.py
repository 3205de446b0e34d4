"""The first page: until the inbox is here, where everything is found."""

from starlette.responses import Response

from api.pages.visitors import Visitor


async def show(visitor: Visitor) -> Response:
    return visitor.page("home.html")
