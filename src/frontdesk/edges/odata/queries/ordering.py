"""Binds $orderby and $search to an entity, also within $apply and $expand."""

from frontdesk.edges.odata.expressions.parsing import Node, parts, tokens, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.model.querying import Order, Searched

MOST_ORDERS = 20
MOST_WORDS = 40
SEMICOLON = "\uf03b"  # stands for itself where a word is read


def orders_of(node: Node, scope: Scope) -> tuple[Order, ...]:
    """The keys to sort by. Raises Refused."""
    items = list(parts(node, "order_item"))
    if len(items) > MOST_ORDERS:
        raise scope.refuse(node, f"at most {MOST_ORDERS} keys to sort by are taken")
    return tuple(_order(item, scope) for item in items)


def _order(item: Node, scope: Scope) -> Order:
    direction = tokens(item, "DIRECTION")
    return Order(scope.bind(trees(item)[0]), bool(direction) and str(direction[0]).strip().lower() == "desc")


def search_of(node: Node, scope: Scope) -> Searched:
    """Words and how they combine. Raises Refused."""
    if scope.columns is None and not any(each.searched for each in scope.entity.properties.values()):
        raise scope.refuse(node, f"{scope.entity.name} has no texts to be searched")
    if sum(1 for _ in node.scan_values(lambda _: True)) > MOST_WORDS:
        raise scope.refuse(node, f"at most {MOST_WORDS} words are searched for")
    return _searched(node)


def _searched(node: Node) -> Searched:
    kind = str(node.data)
    if kind in ("word", "phrase", "quoted"):
        text = str(node.children[0]).replace(SEMICOLON, ";")
        if kind == "quoted":
            return _words(text)
        return Searched("word", text=text if kind == "word" else text[1:-1].replace('\\"', '"').replace("\\\\", "\\"))
    if kind in ("any_of", "all_of", "none_of"):
        return Searched(kind, tuple(_searched(child) for child in trees(node)))
    return _searched(trees(node)[0])


def _words(quoted: str) -> Searched:
    """A search in single quotes may be unfinished: only its words count, all of them."""
    words = quoted[1:-1].replace("''", "'").replace('"', " ").replace("(", " ").replace(")", " ").split()
    return Searched("all_of", tuple(Searched("word", text=word) for word in words))
