"""The indicators once more, in plain SQL over the table `event`: written apart from the product, from the definitions alone.

SQLite's words. The plant is the default one: Asia/Taipei (UTC+8 all year), 08:00-12:00 and 13:00-17:00 from Monday to Friday,
and closed on 2026-12-31. An order's file must have all five documents (R21): what was put into it is in no event, and is read from
`document` and `signature`.
"""

# ruff: noqa: E501, S608 - statements are laid out as such; what is put together is ours alone.

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from typing import Any

NOTICE_LEAD = 4 * 3600 * 1_000_000


def us(text: str) -> str:
    """Microseconds since 1970 of an instant as it is written."""
    return (
        f"(CAST(strftime('%s', {text}) AS INTEGER) * 1000000"
        f" + CASE WHEN substr({text}, 20, 1) = '.' THEN CAST(substr({text}, 21, 6) AS INTEGER) ELSE 0 END)"
    )


def local(at: str) -> str:
    """The plant's day of microseconds."""
    return f"date({at} / 1000000 + 28800, 'unixepoch')"


def worked(until: str) -> str:
    """Working time until an instant, in microseconds."""
    return f"(SELECT before + min({until}, e) - s FROM span WHERE s <= {until} ORDER BY s DESC LIMIT 1)"


TABLES = f"""
CREATE TEMP TABLE ev AS SELECT order_id, seq, {us("at")} AS at, type, data FROM event;
CREATE INDEX temp.ev_order ON ev (order_id, seq);

-- Working time.
CREATE TEMP TABLE span (day TEXT, s INTEGER PRIMARY KEY, e INTEGER, before INTEGER);
WITH RECURSIVE days (day) AS (SELECT '2025-09-01' UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < '2027-12-31'),
hours (a, b) AS (VALUES (0, 4), (5, 9)),  -- 08:00 in the plant is midnight in UTC
spans AS (SELECT day, (strftime('%s', day) + a * 3600) * 1000000 AS s, (strftime('%s', day) + b * 3600) * 1000000 AS e
          FROM days, hours WHERE strftime('%w', day) BETWEEN '1' AND '5' AND day <> '2026-12-31')
INSERT INTO span SELECT day, s, e, coalesce(sum(e - s) OVER (ORDER BY s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
FROM spans ORDER BY s;

-- What was answered; of a corrected answer the last word counts, and the instant of the first.
CREATE TEMP TABLE answer AS
SELECT order_id, seq, at, type, data ->> 'task_id' AS task, data ->> 'outcome' AS outcome, data -> 'fields' AS fields
FROM ev WHERE type IN ('task_completed', 'answer_corrected');
CREATE INDEX temp.answer_order ON answer (order_id, seq);
CREATE INDEX temp.answer_task ON answer (task, seq);

-- What followed from an answer that was corrected later never was.
CREATE TEMP TABLE told AS SELECT * FROM ev WHERE type IN ('order_revised', 'goods_dispatched', 'goods_delivered', 'delivery_settled')
AND NOT EXISTS (
    SELECT 1 FROM answer AS c WHERE c.type = 'answer_corrected' AND c.order_id = ev.order_id AND c.seq > ev.seq AND c.task = (
        SELECT task FROM answer AS a WHERE a.order_id = ev.order_id AND a.seq < ev.seq ORDER BY a.seq DESC LIMIT 1));
CREATE INDEX temp.told_order ON told (order_id, seq);

CREATE TEMP TABLE task AS
SELECT o.order_id, o.data -> 'task' ->> 'id' AS id, o.data -> 'task' ->> 'kind' AS kind, o.data -> 'task' ->> 'n' AS n,
    o.data -> 'task' ->> 'department' AS department, o.at AS opened_at, {us("o.data -> 'task' ->> 'opened_at'")} AS opened,
    coalesce((SELECT {us("m.data ->> 'due_at'")} FROM ev AS m WHERE m.order_id = o.order_id AND m.type = 'deadline_moved'
              AND m.data ->> 'task_id' = o.data -> 'task' ->> 'id' ORDER BY m.seq DESC LIMIT 1),
             {us("o.data -> 'task' ->> 'due_at'")}) AS due,
    coalesce((SELECT q.value FROM ev AS m, json_each(m.data, '$.quantities') AS q WHERE m.order_id = o.order_id
              AND m.type = 'order_amended' AND q.key = o.data -> 'task' ->> 'id' ORDER BY m.seq DESC LIMIT 1),
             o.data -> 'task' -> 'quantities') AS quantities,
    (SELECT at FROM answer AS a WHERE a.task = o.data -> 'task' ->> 'id' ORDER BY seq LIMIT 1) AS done,
    (SELECT outcome FROM answer AS a WHERE a.task = o.data -> 'task' ->> 'id' ORDER BY seq DESC LIMIT 1) AS outcome,
    (SELECT fields FROM answer AS a WHERE a.task = o.data -> 'task' ->> 'id' ORDER BY seq DESC LIMIT 1) AS fields,
    (SELECT seq FROM answer AS a WHERE a.task = o.data -> 'task' ->> 'id' ORDER BY seq DESC LIMIT 1) AS answered_seq,
    (SELECT x.data ->> 'reason' FROM ev AS x WHERE x.order_id = o.order_id AND x.type = 'task_cancelled'
     AND x.data ->> 'task_id' = o.data -> 'task' ->> 'id') AS cancelled
FROM ev AS o WHERE o.type = 'task_opened';
CREATE INDEX temp.task_order ON task (order_id, kind, n);

CREATE TEMP TABLE wanted AS
SELECT order_id, seq, data -> 'order' -> 'lines' AS lines, data -> 'order' ->> 'requested_date' AS requested
FROM ev WHERE type = 'order_entered'
UNION ALL SELECT order_id, seq, data -> 'lines', data ->> 'requested_date' FROM told WHERE type = 'order_revised'
UNION ALL SELECT order_id, seq, data -> 'amendment' -> 'lines', data -> 'amendment' ->> 'requested_date'
FROM ev WHERE type = 'order_amended';

CREATE TEMP TABLE ord AS
SELECT e.order_id, e.at AS entered, e.data -> 'order' -> 'customer' ->> 'name' AS customer,
    (SELECT lines FROM wanted AS w WHERE w.order_id = e.order_id AND json_type(lines) = 'array' ORDER BY seq DESC LIMIT 1) AS lines,
    (SELECT requested FROM wanted AS w WHERE w.order_id = e.order_id AND requested IS NOT NULL ORDER BY seq DESC LIMIT 1) AS requested,
    (SELECT p.data -> 'promise' ->> 'date' FROM ev AS p WHERE p.order_id = e.order_id AND p.type = 'promised'
     ORDER BY p.seq LIMIT 1) AS first_promise,
    (SELECT p.data -> 'promise' ->> 'date' FROM ev AS p WHERE p.order_id = e.order_id AND p.type = 'promised'
     ORDER BY p.seq DESC LIMIT 1) AS last_promise,
    (SELECT count(*) FROM ev AS p WHERE p.order_id = e.order_id AND p.type = 'promised') - 1 AS revisions,
    (SELECT c.data ->> 'status' FROM ev AS c WHERE c.order_id = e.order_id AND c.type = 'order_closed') AS closed,
    (SELECT h.type FROM ev AS h WHERE h.order_id = e.order_id AND h.type IN ('held', 'resumed') ORDER BY h.seq DESC LIMIT 1) AS held,
    (SELECT w.data -> 'work' -> 'received' FROM ev AS w WHERE w.order_id = e.order_id AND w.type = 'work_moved'
     ORDER BY w.seq DESC LIMIT 1) AS received,
    (SELECT w.data -> 'work' -> 'damaged' FROM ev AS w WHERE w.order_id = e.order_id AND w.type = 'work_moved'
     ORDER BY w.seq DESC LIMIT 1) AS damaged,
    (SELECT max(seq) FROM told AS t WHERE t.order_id = e.order_id AND t.type = 'delivery_settled') AS settled,
    (SELECT t.data ->> 'delivered' FROM told AS t WHERE t.order_id = e.order_id AND t.type = 'goods_delivered'
     ORDER BY t.seq DESC LIMIT 1) AS delivered,
    (SELECT t.seq FROM told AS t WHERE t.order_id = e.order_id AND t.type = 'goods_delivered' ORDER BY t.seq DESC LIMIT 1) AS signed_seq
FROM ev AS e WHERE e.type = 'order_entered';

CREATE TEMP TABLE line AS SELECT DISTINCT order_id, lower(l.value ->> 'product_model') AS product FROM ord, json_each(lines) AS l;

-- A file has what was put there and what can be printed from the record; only the customer's hand proves a signature.
CREATE TEMP TABLE filed AS
SELECT order_id, kind FROM document WHERE kind <> 'sign_off' OR source IN ('uploaded', 'signed')
UNION SELECT order_id, 'sign_off' FROM signature WHERE signed_at IS NOT NULL AND outcome = 'signed'
UNION SELECT order_id, 'customer_order' FROM ord WHERE first_promise IS NOT NULL
UNION SELECT order_id, 'production_plan' FROM task WHERE kind = 'make_plan' AND done IS NOT NULL
UNION SELECT order_id, 'inspection_report' FROM task WHERE kind = 'inspect' AND done IS NOT NULL
UNION SELECT order_id, 'delivery_note' FROM task WHERE kind = 'dispatch' AND done IS NOT NULL;
CREATE INDEX temp.filed_order ON filed (order_id);

CREATE TEMP TABLE dated AS
SELECT order_id, customer, closed, basis, day, coalesce(closed = 'completed', 0) OR settled IS NOT NULL AS is_settled,
    delivered, revisions,
    NOT EXISTS (SELECT 1 FROM json_each(lines) AS l
                WHERE coalesce(json_extract(received, '$."' || (l.key + 1) || '"'), 0) < l.value ->> 'quantity') AS in_full,
    NOT EXISTS (SELECT 1 FROM json_each(coalesce(damaged, '{{}}')) AS d WHERE d.value > 0) AS undamaged,
    (SELECT count(*) FROM filed AS f WHERE f.order_id = o.order_id AND f.kind IN (
        'customer_order', 'production_plan', 'inspection_report', 'delivery_note', 'sign_off')) = 5 AS has_papers
FROM (SELECT *, 'requested' AS basis, requested AS day FROM ord
      UNION ALL SELECT *, 'first_promise', first_promise FROM ord WHERE first_promise IS NOT NULL
      UNION ALL SELECT *, 'last_promise', last_promise FROM ord WHERE last_promise IS NOT NULL) AS o;
"""

OF_ORDER = """(:customer IS NULL OR order_id IN (SELECT order_id FROM ord WHERE customer = :customer))
AND (:product IS NULL OR order_id IN (SELECT order_id FROM line WHERE product = lower(:product)))"""

DUE = f"""
WITH counted AS (
    SELECT *, is_settled AND delivered IS NOT NULL AS came, closed IS 'cancelled' AS is_cancelled FROM dated
    WHERE basis = :basis AND day >= :start AND day < :end AND {OF_ORDER}
      AND (closed IS 'cancelled' OR is_settled OR day < {local(":now")})
)
SELECT sum(NOT is_cancelled) AS n, sum(is_cancelled) AS cancelled,
    sum(NOT is_cancelled AND came AND delivered <= day) AS on_time,
    sum(NOT is_cancelled AND is_settled AND in_full) AS in_full,
    sum(NOT is_cancelled AND came AND delivered <= day AND in_full) AS otif,
    sum(NOT is_cancelled AND came AND delivered <= day AND in_full AND undamaged AND has_papers) AS perfect_order,
    sum(NOT is_cancelled AND NOT is_settled) AS open,
    sum(NOT is_cancelled AND is_settled AND NOT came) AS undelivered,
    sum(CASE WHEN is_cancelled THEN 0 WHEN NOT is_settled THEN julianday({local(":now")}) - julianday(day)
             WHEN came THEN max(0, julianday(delivered) - julianday(day)) ELSE 0 END) AS days,
    max(CASE WHEN is_cancelled THEN 0 WHEN NOT is_settled THEN julianday({local(":now")}) - julianday(day)
             WHEN came THEN max(0, julianday(delivered) - julianday(day)) ELSE 0 END) AS most,
    sum(NOT is_cancelled AND (NOT is_settled OR came AND delivered > day)) AS late
FROM counted"""

PROMISES = f"""
SELECT count(*) AS n, sum(revisions = 0) AS none, sum(revisions) AS revisions FROM dated
WHERE basis = 'last_promise' AND closed IS NOT 'cancelled' AND day >= :start AND day < :end AND {OF_ORDER}
  AND (is_settled OR day < {local(":now")})"""


def total(quantities: str) -> str:
    return f"(SELECT coalesce(sum(q.value), 0) FROM json_each({quantities}) AS q)"


INSPECTED = f"""
WITH inspected AS (
    SELECT *, {total("coalesce(nullif(fields -> 'inspected', 'null'), quantities)")} AS amount,
        CASE outcome WHEN 'fail' THEN {total("fields -> 'failed'")} ELSE 0 END AS bad,
        n = min(n) OVER (PARTITION BY order_id) AS is_first
    FROM task WHERE kind = 'inspect' AND done IS NOT NULL
)
SELECT sum(is_first * (amount - bad)) AS good_first, sum(is_first * amount) AS first, sum(amount) AS amount, sum(is_first) AS orders,
    sum(is_first AND outcome = 'pass' AND EXISTS (
        SELECT 1 FROM task AS a WHERE a.order_id = inspected.order_id AND a.kind = 'accept' AND a.outcome = 'accept'
        AND a.n = (SELECT min(n) FROM task AS b WHERE b.order_id = a.order_id AND b.kind = 'accept' AND b.done IS NOT NULL)
        AND NOT EXISTS (
            SELECT 1 FROM json_each((SELECT lines FROM wanted AS w WHERE w.order_id = a.order_id AND w.seq < a.answered_seq
                                     AND json_type(lines) = 'array' ORDER BY w.seq DESC LIMIT 1)) AS l
            WHERE l.value ->> 'quantity' IS NOT json_extract(coalesce(nullif(a.fields -> 'accepted', 'null'), a.quantities),
                                                             '$."' || (l.key + 1) || '"'))
    )) AS right
FROM inspected WHERE {local("done")} >= :start AND {local("done")} < :end AND {OF_ORDER}"""

REWORKED = f"""
SELECT sum({total("quantities")}) AS sent FROM task
WHERE kind = 'rework' AND (cancelled IS NULL OR cancelled NOT LIKE '% was corrected')
  AND {local("opened")} >= :start AND {local("opened")} < :end AND {OF_ORDER}"""

LASTING = {
    "first_answer": f"""SELECT order_id, done AS at, {worked("done")} - {worked("(SELECT entered FROM ord AS o WHERE o.order_id = task.order_id)")} AS value
        FROM task WHERE kind = 'confirm_order' AND done IS NOT NULL
        AND n = (SELECT min(n) FROM task AS f WHERE f.order_id = task.order_id AND f.kind = task.kind AND f.done IS NOT NULL)""",
    "promise_answer": f"""SELECT order_id, done AS at, {worked("done")} - {worked("opened")} AS value
        FROM task WHERE kind = 'decide_promise' AND done IS NOT NULL""",
    "cycle_time": f"""SELECT order_id, strftime('%s', delivered) * 1000000 AS at, max(0, {worked("till")} - {worked("entered")}) AS value
        FROM (SELECT *, min((SELECT max(e) FROM span WHERE day <= delivered),
                            (SELECT f.at FROM answer AS a JOIN answer AS f ON f.task = a.task AND f.type = 'task_completed'
                             WHERE a.order_id = ord.order_id AND a.seq < signed_seq AND a.task LIKE '%.sign_off.%'
                             ORDER BY a.seq DESC LIMIT 1)) AS till
              FROM ord WHERE delivered IS NOT NULL AND (closed = 'completed' OR settled IS NOT NULL) AND closed IS NOT 'cancelled')""",
}
RANKED = f"""
WITH ranked AS (
    SELECT value, row_number() OVER (ORDER BY value) AS place, count(*) OVER () AS n FROM (%s)
    WHERE {local("at")} >= :start AND {local("at")} < :end AND {OF_ORDER}
)
SELECT count(*) AS n, sum(value) AS total, min(CASE WHEN place * 2 >= n THEN value END) AS median,
    min(CASE WHEN place * 10 >= n * 9 THEN value END) AS p90 FROM ranked"""

STAGES = f"""
SELECT department, count(*) AS n, sum(done IS NOT NULL AND done < due) AS part FROM task
WHERE cancelled IS NULL AND {local("due")} >= :start AND {local("due")} < :end AND {OF_ORDER}
  AND (:department IS NULL OR department = :department)
  AND (done IS NOT NULL OR due <= :now AND (kind IN ('sign_off', 'resolve_refusal', 'collect_feedback')
       OR NOT EXISTS (SELECT 1 FROM ord AS o WHERE o.order_id = task.order_id AND o.held = 'held')))
GROUP BY department"""

DISPATCHED = f"""
WITH gone AS (
    SELECT g.order_id, {us("g.data ->> 'shipped_at'")} AS shipped,
        (SELECT s.at FROM ev AS s WHERE s.order_id = g.order_id AND s.type = 'notice_settled' AND s.seq < g.seq
         AND s.data -> 'told' ->> 'key' = (
            SELECT r.data -> 'notice' ->> 'key' FROM ev AS r WHERE r.order_id = g.order_id AND r.type = 'notice_requested'
            AND r.data -> 'notice' ->> 'kind' = 'shipping_notice' AND r.seq < g.seq ORDER BY r.seq DESC LIMIT 1)
         AND NOT EXISTS (SELECT 1 FROM json_each(s.data, '$.told.states') AS j WHERE j.value NOT IN ('sent', 'by_hand'))) AS noticed
    FROM told AS g WHERE g.type = 'goods_dispatched'
)
SELECT *, {worked("shipped")} - {worked("noticed")} AS lead FROM gone"""
NOTICED = f"""
SELECT count(*) AS n, sum(noticed IS NULL) AS without, sum(noticed IS NOT NULL AND lead >= {NOTICE_LEAD}) AS enough
FROM ({DISPATCHED}) WHERE {local("shipped")} >= :start AND {local("shipped")} < :end AND {OF_ORDER}"""
LEADS = f"""SELECT order_id, shipped AS at, max(0, lead) AS value FROM ({DISPATCHED}) WHERE noticed IS NOT NULL"""

HEARD = f"""
SELECT count(*) AS asked, sum(csat IS NOT NULL) AS answered, sum(csat >= 4) AS satisfied, sum(csat) AS points,
    sum(nps IS NOT NULL) AS with_nps, sum(nps >= 9) AS promoters, sum(nps <= 6) AS detractors
FROM (SELECT *, fields ->> 'csat' AS csat, fields ->> 'nps' AS nps FROM task WHERE kind = 'collect_feedback' AND done IS NOT NULL)
WHERE {local("done")} >= :start AND {local("done")} < :end AND {OF_ORDER}"""

CAUSES = f"""
WITH late AS (
    SELECT order_id FROM dated WHERE basis = :basis AND day >= :start AND day < :end AND closed IS NOT 'cancelled' AND {OF_ORDER}
      AND CASE WHEN is_settled THEN delivered IS NULL OR delivered > day ELSE day < {local(":now")} END
), risks AS (
    SELECT order_id, seq, data -> 'causes' AS causes,
        (SELECT count(*) FROM ev AS p WHERE p.order_id = r.order_id AND p.type = 'promised' AND p.seq < r.seq) AS revision
    FROM ev AS r WHERE type = 'risk_moved' AND json_array_length(data, '$.causes') > 0 AND order_id IN (SELECT order_id FROM late)
), last AS (
    SELECT * FROM risks AS r WHERE seq = (SELECT max(seq) FROM risks AS s WHERE s.order_id = r.order_id AND s.revision = r.revision)
    AND (:basis <> 'last_promise' OR revision = (SELECT revisions + 1 FROM ord AS o WHERE o.order_id = r.order_id))
)
SELECT c.value ->> 'blame' AS blame, c.value ->> 'kind' AS kind, sum(round(c.value ->> 'hours' * 3600)) AS seconds,
    count(DISTINCT order_id) AS orders
FROM last, json_each(causes) AS c GROUP BY 1, 2"""


class Plain:
    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        self._connection, self._now = connection, int(now.timestamp()) * 1_000_000

    def ask(self, statement: str, wanted: Any) -> list[dict[str, Any]]:
        given = {"start": f"{wanted.start}", "end": f"{wanted.end}", "basis": wanted.basis.value, "now": self._now}
        given |= {"customer": wanted.customer, "product": wanted.product}
        given["department"] = wanted.department.value if wanted.department else None
        found = self._connection.execute(statement, given)
        names = [column[0] for column in found.description]
        return [{name: 0 if value is None else value for name, value in zip(names, row, strict=True)} for row in found]

    def one(self, statement: str, wanted: Any) -> dict[str, Any]:
        return self.ask(statement, wanted)[0]


@contextmanager
def reading(file: str, now: datetime) -> Iterator[Plain]:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(TABLES)
        yield Plain(connection, now)


def ratio(part: float, of: float) -> tuple[float | None, float, float]:
    return (part / of if of else None), part, of


def lasting(plain: Plain, values: str, wanted: Any) -> tuple[float | None, float | None, int, int]:
    """Median and ninth decile in hours, how many there are, and their microseconds together."""
    ranked = plain.one(RANKED % values, wanted)
    median, p90 = (ranked[each] / 3.6e9 if ranked["n"] else None for each in ("median", "p90"))
    return median, p90, ranked["n"], ranked["total"]


def figures(plain: Plain, wanted: Any) -> dict[str, Any]:
    """Value, numerator and denominator of each, and what stands beside them."""
    due, promises, inspected = (plain.one(each, wanted) for each in (DUE, PROMISES, INSPECTED))
    heard, gone = plain.one(HEARD, wanted), plain.one(NOTICED, wanted)
    dated = ("on_time", "in_full", "otif", "perfect_order")
    found: dict[str, Any] = {name: ratio(due[name], due["n"]) for name in dated}
    found["tardiness"] = ratio(due["days"], due["late"])
    found["share of late"] = ratio(due["late"], due["n"])[0]
    found["beside due"] = {name: due[name] for name in ("open", "cancelled", "undelivered")} | {"max": due["most"]}
    found["promise_stability"] = ratio(promises["none"], promises["n"])
    found["revisions"] = ratio(promises["revisions"], promises["n"])
    found["first_pass_yield"] = ratio(inspected["good_first"], inspected["first"])
    found["right_first_time"] = ratio(inspected["right"], inspected["orders"])
    found["rework_rate"] = ratio(plain.one(REWORKED, wanted)["sent"], inspected["amount"])
    for name, values in LASTING.items():
        found[name] = lasting(plain, values, wanted)
    stages = plain.ask(STAGES, wanted)
    found["stage_on_time"] = ratio(sum(each["part"] for each in stages), sum(each["n"] for each in stages))
    found["departments"] = {each["department"]: (each["part"], each["n"]) for each in stages}
    found["notice_lead"] = ratio(gone["enough"], gone["n"])
    found["leads"] = lasting(plain, LEADS, wanted)[:2]
    found["without_notice"] = gone["without"]
    found["csat"] = ratio(heard["satisfied"], heard["answered"])
    lead = heard["promoters"] - heard["detractors"]
    found["nps"] = (100 * lead / heard["with_nps"] if heard["with_nps"] else None, lead, heard["with_nps"])
    found["asked"] = heard["asked"]
    found["responses"] = [ratio(heard[each], heard["asked"])[0] for each in ("answered", "with_nps")]
    found["mean csat"] = ratio(heard["points"], heard["answered"])[0]
    found["causes"] = {(c["blame"], c["kind"] or None): (c["seconds"] / 3600, c["orders"]) for c in plain.ask(CAUSES, wanted)}
    return found


def day(text: str) -> date:
    return date.fromisoformat(text)
