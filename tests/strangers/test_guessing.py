"""Who guesses tokens is slowed down; who has one is not."""

from tests.endtoend.people import jiaoqi
from tests.strangers.line import Answer, Line, request
from tests.strangers.plant import BesiegedPlant

GUESSER, ELSEWHERE = "127.0.0.66", "127.0.0.67"
ALLOWED = 60


def ask(plant: BesiegedPlant, token: str, address: str) -> Answer:
    with Line(plant.stack.url, address) as line:
        return line.say(request("GET", "/api/v1/me", token)).answer()


def new_token(plant: BesiegedPlant) -> str:
    """One that nobody has used yet."""
    return jiaoqi("people", "token", "boss", "--home", str(plant.stack.home)).strip()


def turned_away(plant: BesiegedPlant) -> float:
    with Line(plant.stack.url, GUESSER) as line:
        figures = line.say(request("GET", "/metrics")).answer().body.decode().splitlines()
    counted = [line for line in figures if line.startswith('jiaoqi_turned_away_total{code="too-many-failures"}')]
    return sum(float(line.split()[-1]) for line in counted)


def test_a_guesser_is_slowed_down_alone(busy: BesiegedPlant) -> None:
    neighbour, newcomer = busy.token("quality1"), new_token(busy)
    assert ask(busy, neighbour, ELSEWHERE).status == 200
    before = turned_away(busy)
    told = [ask(busy, f"jq_guess{n}", GUESSER).code for n in range(ALLOWED + 5)]
    assert told == [(401, "bad-token")] * ALLOWED + [(429, "too-many-failures")] * 5
    refused = ask(busy, newcomer, GUESSER)
    assert refused.code == (429, "too-many-failures")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert ask(busy, neighbour, GUESSER).status == 200, "a token that was good before passes behind the same address"
    assert ask(busy, newcomer, ELSEWHERE).status == 200
    assert ask(busy, newcomer, GUESSER).status == 200, "from now on it is known"
    assert ask(busy, "jq_guess", ELSEWHERE).code == (401, "bad-token")
    with Line(busy.stack.url, GUESSER) as line:
        assert line.say(request("GET", "/readyz")).answer().status == 200
    assert turned_away(busy) == before + 6


def test_a_proxy_that_nobody_trusts_does_not_say_who_asks(busy: BesiegedPlant) -> None:
    """Else every guess would come from an address of its own."""
    with Line(busy.stack.url, "127.0.0.68") as line:
        told = [line.say(forwarded(n)).answer().code for n in range(ALLOWED + 1)]
    assert told[-1] == (429, "too-many-failures")


def forwarded(n: int) -> bytes:
    return request("GET", "/api/v1/me", "jq_guess", x_forwarded_for=f"203.0.113.{n}", forwarded=f"for=203.0.113.{n}")
