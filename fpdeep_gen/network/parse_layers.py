"""The list of layers in a network file: items to drafts of layers, what follows a layer joined to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from fpdeep_gen.document import Document, Location, validate
from fpdeep_gen.document_problems import did_you_mean, listed, shown
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import LayerKind, LocalResponse
from fpdeep_gen.network.schema import (
    ConvSchema,
    FractionsSchema,
    FullyConnectedSchema,
    LocalResponseSchema,
    MaxPoolSchema,
)


class Item(Enum):
    """What an item of `layers` may be."""

    CONV = "conv"
    FULLY_CONNECTED = "fully_connected"
    RELU = "relu"
    LOCAL_RESPONSE = "local_response"
    MAX_POOL = "max_pool"
    DROPOUT = "dropout"
    LOSS = "softmax_cross_entropy"


ITEMS = tuple(item.value for item in Item)

WITH_FIELDS = frozenset({Item.CONV, Item.FULLY_CONNECTED, Item.LOCAL_RESPONSE})

WRONG_ORDER = frozenset(
    {
        (Item.RELU, Item.LOCAL_RESPONSE),
        (Item.RELU, Item.DROPOUT),
        (Item.LOCAL_RESPONSE, Item.MAX_POOL),
        (Item.LOCAL_RESPONSE, Item.DROPOUT),
        (Item.MAX_POOL, Item.DROPOUT),
    }
)
"""(item, the one that it may not come after). ReLU and max-pool give the same in either order."""

ORDER_HINT = "a layer's order is: relu, local_response, max_pool, dropout"
POOL_HINT = "write `- max_pool: 2`"
DROPOUT_HINT = "write `- dropout: 0.5`"


@dataclass(frozen=True)
class Draft:
    """A layer without its input shape and formats. `at`: where it stands; `pool_at` and the like: where that does."""

    at: Location
    name: str
    kind: LayerKind
    out_channels: int
    kernel: int
    padding: int
    fractions: FractionsSchema
    relu_at: Location | None = None
    pool: int = 1
    pool_stride: int = 0
    pool_overhang: int = 0
    pool_at: Location | None = None
    stride: int = 1
    groups: int = 1
    normalisation: LocalResponse | None = None
    normalisation_at: Location | None = None
    dropout: float | None = None
    dropout_at: Location | None = None


def followers(draft: Draft) -> tuple[Item, ...]:
    """What follows the layer so far."""
    places = (
        (Item.RELU, draft.relu_at),
        (Item.LOCAL_RESPONSE, draft.normalisation_at),
        (Item.MAX_POOL, draft.pool_at),
        (Item.DROPOUT, draft.dropout_at),
    )
    return tuple(item for item, at in places if at is not None)


class _Drafting:
    """Walks the items in order, collecting drafts and problems."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.drafts: list[Draft | None] = []  # None: a layer that is wrong in itself
        self.loss_at: Location | None = None
        self.problems: list[Problem] = []

    def refuse(self, at: Location, expected: str, found: str, hint: str = "") -> None:
        self.problems.append(self.document.problem(at, expected, found, hint))

    def take(self, index: int, item: object) -> None:
        """One item of the list."""
        at: Location = ("layers", index)
        kind, arguments = self.kind_of(at, item)
        if self.loss_at is not None and kind is not None:
            self.refuse(at, "nothing after the loss", f"`{kind.value}`")
        elif kind in WITH_FIELDS and isinstance(item, str):
            self.wrong_layer([self.document.problem((*at, item), "fields", "nothing")], kind is not Item.LOCAL_RESPONSE)
        elif kind is Item.CONV:
            self.take_conv((*at, kind.value))
        elif kind is Item.FULLY_CONNECTED:
            self.take_fully_connected((*at, kind.value))
        elif kind is Item.RELU:
            self.take_relu(at, arguments)
        elif kind is Item.MAX_POOL:
            self.take_pool((*at, kind.value), arguments)
        elif kind is Item.LOCAL_RESPONSE:
            self.take_local_response((*at, kind.value))
        elif kind is Item.DROPOUT:
            self.take_dropout((*at, kind.value), arguments)
        elif kind is Item.LOSS:
            self.no_arguments(at, kind, arguments)
            self.loss_at = at
        else:
            self.drafts.append(None)

    def kind_of(self, at: Location, item: object) -> tuple[Item | None, object]:
        """The kind of an item and what stands after its colon."""
        if isinstance(item, str):
            name, arguments = item, None
        elif isinstance(item, dict) and len(item) == 1:
            name, arguments = next(iter(item.items()))
        else:
            found = shown(item)
            hint = "indent the fields of a layer below its type" if isinstance(item, dict) else ""
            self.refuse(at, listed(ITEMS), found, hint)
            return None, None
        if name in ITEMS:
            return Item(name), arguments
        self.refuse(at, listed(ITEMS), shown(name), did_you_mean(name, ITEMS))
        return None, None

    def no_arguments(self, at: Location, kind: Item, arguments: object) -> None:
        if arguments is not None:
            self.refuse((*at, kind.value), "nothing after the colon", shown(arguments))

    def take_conv(self, at: Location) -> None:
        try:
            fields = validate(self.document, ConvSchema, at)
        except InputError as error:
            self.wrong_layer(error.problems)
            return
        kind = LayerKind.CONVOLUTION
        draft = Draft(at, fields.name, kind, fields.channels, fields.kernel, fields.padding, fields)
        self.drafts.append(replace(draft, stride=fields.stride, groups=fields.groups))

    def take_fully_connected(self, at: Location) -> None:
        try:
            fields = validate(self.document, FullyConnectedSchema, at)
        except InputError as error:
            self.wrong_layer(error.problems)
            return
        self.drafts.append(Draft(at, fields.name, LayerKind.FULLY_CONNECTED, fields.features, 0, 0, fields))

    def wrong_layer(self, problems: Iterable[Problem], layer: bool = True) -> None:
        self.problems.extend(problems)
        if layer:
            self.drafts.append(None)

    def take_relu(self, at: Location, arguments: object) -> None:
        self.no_arguments(at, Item.RELU, arguments)
        draft = self.followed(at, Item.RELU)
        if draft is not None:
            self.drafts[-1] = replace(draft, relu_at=at)

    def followed(self, at: Location, item: Item) -> Draft | None:
        """The layer that `item` follows; None (and a problem, if that is not known yet) where it may not stand."""
        if not self.drafts:
            self.refuse(at, "a conv or fully_connected before it", "nothing")
            return None
        draft = self.drafts[-1]
        if draft is None:
            return None
        taken = followers(draft)
        if item in taken:
            self.refuse(at, f"one {item.value} a layer", f"a second one after `{draft.name}`")
            return None
        early = next((other for other in taken if (item, other) in WRONG_ORDER), None)
        if early is not None:
            self.refuse(at, f"{item.value} before {early.value}", f"it after that of `{draft.name}`", ORDER_HINT)
            return None
        return draft

    def take_pool(self, at: Location, size: object) -> None:
        window, stride, overhang = size, 0, 0
        if isinstance(size, dict):
            try:
                fields = validate(self.document, MaxPoolSchema, at)
            except InputError as error:
                self.problems.extend(error.problems)
                return
            window, stride, overhang = fields.window, fields.stride or fields.window, fields.overhang
            if stride > window:
                self.refuse((*at, "stride"), f"at most {window} (the window)", f"`{stride}`", "it would skip pixels")
                return
            if overhang >= window:
                self.refuse((*at, "overhang"), f"at most {window - 1} (the window - 1)", f"`{overhang}`")
                return
        if not isinstance(window, int) or isinstance(window, bool) or not 2 <= window <= 64:
            self.refuse(at, "the side of the window, 2..64", shown(size), POOL_HINT)
            return
        draft = self.followed(at, Item.MAX_POOL)
        if draft is not None:
            self.drafts[-1] = replace(draft, pool=window, pool_stride=stride, pool_overhang=overhang, pool_at=at)

    def take_local_response(self, at: Location) -> None:
        try:
            fields = validate(self.document, LocalResponseSchema, at)
        except InputError as error:
            self.problems.extend(error.problems)
            return
        draft = self.followed(at, Item.LOCAL_RESPONSE)
        if draft is not None:
            chosen = LocalResponse(fields.size, float(fields.alpha), float(fields.beta), float(fields.k))
            self.drafts[-1] = replace(draft, normalisation=chosen, normalisation_at=at)

    def take_dropout(self, at: Location, rate: object) -> None:
        if not isinstance(rate, float) or not 0.0 < rate < 1.0:
            self.refuse(at, "the share of outputs that is dropped, between 0 and 1", shown(rate), DROPOUT_HINT)
            return
        draft = self.followed(at, Item.DROPOUT)
        if draft is not None:
            self.drafts[-1] = replace(draft, dropout=rate, dropout_at=at)

    def check_whole(self, count: int) -> None:
        """What the list as a whole must be: unique names, logits, a loss."""
        first: dict[str, Draft] = {}
        for draft in self.drafts:
            if draft is not None and draft.name in first:
                line = self.document.line((*first[draft.name].at, "name"))
                self.refuse((*draft.at, "name"), "a name of its own", f"`{draft.name}` again", f"first on line {line}")
            elif draft is not None:
                first[draft.name] = draft
        if self.loss_at is None:
            self.refuse(("layers", count - 1), f"`{Item.LOSS.value}` as the last item", "a list without a loss")
        if not self.drafts:
            self.refuse(("layers",), "at least one conv or fully_connected", "none")
        elif self.drafts[-1] is not None:
            self.check_logits(self.drafts[-1])

    def check_logits(self, last: Draft) -> None:
        """The last layer gives logits: fully connected, without ReLU and pool."""
        hint = "the loss takes the logits of a fully_connected layer as they are"
        if last.kind is not LayerKind.FULLY_CONNECTED:
            self.refuse(last.at, "a fully_connected last layer", f"`{last.at[-1]}`", hint)
        if last.relu_at is not None:
            self.refuse(last.relu_at, f"no relu after the last layer `{last.name}`", "`relu`", hint)
        if last.normalisation_at is not None:
            found = f"`{Item.LOCAL_RESPONSE.value}`"
            self.refuse(last.normalisation_at, f"no local_response after the last layer `{last.name}`", found, hint)
        if last.dropout_at is not None:
            self.refuse(last.dropout_at, f"no dropout after the last layer `{last.name}`", f"`{last.dropout}`", hint)
        if last.pool_at is not None:
            self.refuse(last.pool_at, f"no max_pool after the last layer `{last.name}`", f"`{last.pool}`", hint)


def parse_layers(document: Document, items: list[object]) -> tuple[list[Draft | None], list[Problem]]:
    """Drafts of all layers in order (None where a layer is wrong in itself), and every problem."""
    drafting = _Drafting(document)
    for index, item in enumerate(items):
        drafting.take(index, item)
    drafting.check_whole(len(items))
    return drafting.drafts, drafting.problems
