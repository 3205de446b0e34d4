"""The pages: the same store, the same deeds as the API's, shown to people in their language."""

from api.pages.routes import routes
from api.pages.site import Links, Site
from api.pages.visitors import nowhere

__all__ = ["Links", "Site", "nowhere", "routes"]
