"""What Prometheus is told: how many requests, how long they take, what becomes of words to orders."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

MEDIA_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """One app's figures; labels are templates and codes, never what a client made up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("jiaoqi_http_requests", "Requests.", ("method", "route", "status"), registry=self.registry)
        self._seconds = Histogram(
            "jiaoqi_http_request_seconds", "Time to answer.", ("method", "route"), buckets=SECONDS, registry=self.registry
        )
        self._updates = Counter("jiaoqi_updates", "Words to orders.", ("update", "result"), registry=self.registry)
        self._unavailable = Counter("jiaoqi_unavailable", "Answers of 503.", ("code",), registry=self.registry)
        self._turned_away = Counter("jiaoqi_turned_away", "Requests without a good token.", ("code",), registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def updated(self, update: str, result: str) -> None:
        self._updates.labels(update, result).inc()

    def unavailable(self, code: str) -> None:
        self._unavailable.labels(code).inc()

    def turned_away(self, code: str) -> None:
        self._turned_away.labels(code).inc()

    def page(self) -> bytes:
        return generate_latest(self.registry)
