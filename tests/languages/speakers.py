"""Which sentences the code says, found by reading it: what is handed to whoever speaks, also through other functions.

`Fault(pointer=…, message=f"is above {most}")` says `is above {most}`. A function that hands a parameter of its own to a
speaker is a speaker, too, and one that puts it into a sentence besides: `there is no {what}` makes `what` a sentence.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from activities.languages.tongue import OUR_SENTENCES

ROOT = Path(__file__).parents[2]
ROOMS = ("workflows", "activities", "api", "jiaoqi")


class Place(NamedTuple):
    """Where among its arguments a speaker takes what it says."""

    name: str
    position: int


FIRST = Place("", 0)
SPEAKERS = {
    "Refusal": Place("detail", 1),
    "Fault": Place("message", 1),
    "Problem": Place("detail", 2),
    "ValueError": FIRST,
    "PydanticCustomError": Place("", 1),
    "PolicyProblem": Place("message", 2),
    "RowFault": Place("reason", 2),
    "FileCannotBeRead": Place("reason", 1),
    "refuse": FIRST,
    "give_up": FIRST,
    "ForeseenFailure": FIRST,
    "UsageError": FIRST,
    "BadParameter": FIRST,
    "Refused": FIRST,
    "say": FIRST,
    "worded": FIRST,
    "table": Place("head", 0),
    "rows_told": Place("head", 0),
    "Finding": Place("what", 1),
    "Discrepancy": Place("what", 1),
}
NAMELESS = ("__init__", "_")
"""Functions that are called by another name."""
BY_NAME_ONLY = 99
TEXTS = (ast.Constant, ast.JoinedStr, ast.IfExp)
ROWS = ("jiaoqi/cli/orders.py", "jiaoqi/rehearsing/telling.py")
"""Where rows of tables are told, one `yield` each, the name first."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Scope(NamedTuple):
    """Where an expression stands."""

    path: str
    function: Function | None = None


class Spoken(NamedTuple):
    template: str
    path: str


class Reader:
    """Reads all rooms, and knows then who says what."""

    def __init__(self, rooms: Iterable[str] = ROOMS) -> None:
        files = sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))
        self.trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in files}
        self.functions: dict[str, list[tuple[Function, str]]] = defaultdict(list)
        self.speakers: dict[str, set[Place]] = {name: {place} for name, place in SPEAKERS.items()}
        self.speakers["Finding"].add(Place("todo", 2))
        self.constants: dict[tuple[str, str], ast.expr] = {}
        self._worked_out: dict[tuple[int, str, int, int], list[str]] = {}
        for path, tree in self.trees.items():
            self._note(path, tree)
        while self._learn():
            pass

    def spoken(self) -> Iterator[Spoken]:
        for path, tree in self.trees.items():
            for argument, scope in self._arguments(path, tree):
                yield from (Spoken(template.strip(), path) for template in self.templates(argument, scope))
                for inner in gaps_of_ours(argument):
                    yield from (Spoken(template, path) for template in self.templates(inner, scope))

    def unknown(self) -> Iterator[str]:
        """What is said, and this reader cannot tell what it is."""
        for path, tree in self.trees.items():
            for argument, scope in self._arguments(path, tree):
                if not self.templates(argument, scope) and not is_handed_on(argument, scope.function):
                    yield f"{path}: {ast.unparse(argument)}"

    def _arguments(self, path: str, tree: ast.Module) -> Iterator[tuple[ast.expr, Scope]]:
        for node, function in nodes(tree):
            scope = Scope(path, function)
            if isinstance(node, ast.Call):
                yield from ((argument, scope) for argument in self._said(node))
            if function and function.name.endswith("fault") and isinstance(node, ast.Return) and isinstance(node.value, TEXTS):
                yield node.value, scope
            if path.startswith(ROWS) and isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                yield from ((text, scope) for text in node.value.elts if isinstance(text, TEXTS))

    # Learning who speaks.

    def _note(self, path: str, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, Function):
                self.functions[node.name].append((node, path))
            if isinstance(node, ast.ClassDef):
                own = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
                self.functions[node.name].extend((each, path) for each in own)
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                self.constants[path, statement.targets[0].id] = statement.value

    def _learn(self) -> bool:
        before = sum(map(len, self.speakers.values()))
        for tree in self.trees.values():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    self._learn_of_class(node)
        for name, defined in list(self.functions.items()):
            for function, _ in defined if name not in NAMELESS else ():
                for call in ast.walk(function):
                    if isinstance(call, ast.Call):
                        self._learn_from(name, function, call)
        return sum(map(len, self.speakers.values())) > before

    def _learn_of_class(self, node: ast.ClassDef) -> None:
        """A kind of failure speaks as its parent does, unless it writes its own sentence."""
        parents = [self.speakers[name] for base in node.bases if (name := last_name(base)) in self.speakers]
        if parents and node.name not in self.speakers and not self.functions.get(node.name):
            self.speakers[node.name] = set(parents[0])

    def _learn_from(self, name: str, function: Function, call: ast.Call) -> None:
        parameters = [each.arg for each in function.args.args if each.arg not in ("self", "cls")]
        texts = {
            each.arg for each in function.args.args + function.args.kwonlyargs if each.annotation and takes_text(each.annotation)
        }
        for argument in self._said(call):
            for used in set(handed_on(argument)) & texts:
                position = parameters.index(used) if used in parameters else BY_NAME_ONLY
                self.speakers.setdefault(name, set()).add(Place(used, position))

    # What is said.

    def _said(self, call: ast.Call) -> Iterator[ast.expr]:
        for place in tuple(self.speakers.get(self._speaker(call), ())):
            if found := argument_at(call, place):
                yield found

    def _speaker(self, call: ast.Call) -> str:
        name = last_name(call.func)
        if name == "__init__" and isinstance(call.func, ast.Attribute) and "super" in ast.unparse(call.func.value):
            return "ForeseenFailure"
        return name

    def templates(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[str]:
        """The sentences, with gaps, that an expression can be; worked out once: of one name there are many functions."""
        key = (id(node), scope.path, id(scope.function), depth)
        if key not in self._worked_out:
            self._worked_out[key] = list(dict.fromkeys(self._templates(node, scope, depth)))
        return self._worked_out[key]

    def _templates(self, node: ast.expr, scope: Scope, depth: int) -> list[str]:
        if depth > 6:
            return []
        match node:
            case ast.Constant(value=str(text)):
                return [text.replace("{", "{{").replace("}", "}}")]
            case ast.JoinedStr():
                return [joined(node)]
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
                first, second = (self.templates(each, scope, depth + 1) for each in (one, other))
                return first + second if isinstance(node, ast.IfExp) else [a + b for a in first for b in second]
            case ast.BoolOp(values=several) | ast.Tuple(elts=several) | ast.List(elts=several):
                return [each for value in several for each in self.templates(value, scope, depth + 1)]
            case ast.Dict(values=several):
                return [each for value in several for each in self.templates(value, scope, depth + 1)]
            case ast.Subscript(value=of):
                return self.templates(of, scope, depth + 1)
            case ast.Attribute(attr=name) if name.isupper():
                known = (Scope(path) for path, constant in self.constants if constant == name)
                return [each for its in known for each in self.templates(self.constants[its.path, name], its, depth + 1)]
            case ast.Name(id=name):
                return [each for value in self._values_of(name, scope) for each in self.templates(value, scope, depth + 1)]
            case ast.Call(func=ast.Attribute(value=of, attr="format")):
                return [each.replace("{{", "{").replace("}}", "}") for each in self.templates(of, scope, depth + 1)]
            case ast.Call(func=called):
                known_ = self.functions.get(last_name(called), [])
                # What a room calls by its bare name is its own, where it has one of that name.
                own = [each for each in known_ if each[1] == scope.path and isinstance(called, ast.Name)]
                known_ = own or known_
                returned = ((value, Scope(path, each)) for each, path in known_ for value in returns(each))
                return [each for value, its in returned for each in self.templates(value, its, depth + 1)]
        return []

    def _values_of(self, name: str, scope: Scope) -> list[ast.expr]:
        given: list[ast.expr] = []
        for node in ast.walk(scope.function) if scope.function else ():
            match node:
                case ast.Assign(targets=targets, value=value) if any(name == last_name(each) for each in targets):
                    given.append(value)
                case ast.NamedExpr(target=ast.Name(id=target), value=value) if target == name:
                    given.append(value)
        constant = self.constants.get((scope.path, name))
        return given or ([constant] if constant else [])


def joined(node: ast.JoinedStr) -> str:
    """The template of an f-string; different values have gaps of different names."""
    written, taken = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            written += str(part.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(part, ast.FormattedValue):
            name, source = gap(part.value), ast.unparse(part.value)
            while taken.setdefault(name, source) != source:
                name += "_"
            written += "{" + name + "}"
    return written


def nodes(tree: ast.AST, within: Function | None = None) -> Iterator[tuple[ast.AST, Function | None]]:
    """Every part of a file, and the function in which it stands."""
    for node in ast.iter_child_nodes(tree):
        yield node, within
        yield from nodes(node, node if isinstance(node, Function) else within)


def gaps_of_ours(argument: ast.expr) -> Iterator[ast.expr]:
    for part in argument.values if isinstance(argument, ast.JoinedStr) else ():
        if isinstance(part, ast.FormattedValue) and gap(part.value) in OUR_SENTENCES:
            yield part.value


def is_handed_on(argument: ast.expr, function: Function | None) -> bool:
    every = function.args.args + function.args.kwonlyargs if function else []
    return any(used == each.arg for used in handed_on(argument) for each in every)


def argument_at(call: ast.Call, place: Place) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == place.name:
            return keyword.value
    return call.args[place.position] if place.position < len(call.args) else None


def handed_on(argument: ast.expr) -> Iterator[str]:
    """The name that an argument is, and names in it that stand for sentences."""
    if isinstance(argument, ast.Name):
        yield argument.id
    if isinstance(argument, ast.JoinedStr):
        for part in argument.values:
            if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id in OUR_SENTENCES:
                yield part.value.id


def takes_text(annotation: ast.expr) -> bool:
    return ast.unparse(annotation) in ("str", "str | None")


def returns(function: Function) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def gap(node: ast.expr) -> str:
    """What the gap of an expression is called: by its last name, or by what is written in it."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lower()
        case ast.Call(func=ast.Attribute(value=of, attr="get")):
            return gap(of)
        case ast.Call(func=ast.Attribute(value=ast.Constant()), args=[only]) | ast.Call(args=[only]):
            return gap(only)
        case ast.BoolOp(values=[first, *_]) | ast.Subscript(value=first):
            return gap(first)
        case ast.Call(func=called):
            return gap(called)
        case ast.GeneratorExp(generators=[of, *_]):
            return gap(of.iter)
        case ast.IfExp(body=body):
            return gap(body)
    return "value"
