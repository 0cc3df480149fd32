"""What each kind of `#pragma HLS` becomes: a statement of marker calls, and remarks on what of it is not honoured."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fpdeep_gen.hls.ir import Storage

STORAGE_OF = {
    "bram": Storage.BLOCK,
    "uram": Storage.BLOCK,
    "lutram": Storage.DISTRIBUTED,
    "srl": Storage.DISTRIBUTED,
    "register": Storage.REGISTERS,
    "registers": Storage.REGISTERS,
    "memory": Storage.BLOCK,
    "auto": Storage.AUTO,
}
STORAGE_CODES = tuple(Storage)
URAM_CODE = len(STORAGE_CODES)  # block memory, of the large blocks where a part has them
PARTITION_CODES = ("complete", "cyclic", "block")
NEVER_MEETS = 0  # the distance that stands for `inter false`
APART = -1  # the same for `intra false`: of no iteration's accesses do two meet
NEVER_READ = 1 << 20  # the same for `inter RAW false`: writes stay behind the reads before them
FRACTION = "pragma HLS, a fraction: "
"""What the compiler says of a number that is not whole, in front of the number's name."""
_CORES = {"bram": "bram", "uram": "uram", "lutram": "lutram", "srl": "srl"}


@dataclass(frozen=True, slots=True)
class Pragma:
    """`flags` are the bare words in lower case, `options` the `key=expression` pairs with keys in lower case.

    `condition`: a constant C++ expression under which it holds; "": always.
    """

    kind: str
    flags: frozenset[str]
    options: dict[str, str]
    condition: str = ""


class _Refused(ValueError):
    """A pragma that is not honoured; the text says why."""


Made = tuple[str, list[str]]  # the statement, and remarks


def statement(pragma: Pragma) -> Made:
    """The statement that stands for the pragma ("": none), and what of it is not honoured."""
    if pragma.condition:
        if pragma.kind in _READ_ELSEWHERE:
            return "", ["ignored; this one takes no condition, use #if around it"]
        code, remarks = statement(replace(pragma, condition=""))
        return (f"if constexpr (static_cast<bool>({pragma.condition})) {{ {code} }}" if code else ""), remarks
    if pragma.kind in _IGNORED:
        return "", [_IGNORED[pragma.kind]]
    if pragma.kind in _FREE:
        return "", []
    maker = _MAKERS.get(pragma.kind)
    if maker is None:
        return "", ["not known here, ignored"]
    made = [_one(maker, one) for one in each_of(pragma, "variable")]
    return " ".join(code for code, _ in made if code), [remark for _, remarks in made for remark in remarks]


def each_of(pragma: Pragma, key: str) -> list[Pragma]:
    """A pragma for each name of a list: `variable=a,b` and `port=a,b` are two."""
    names = pragma.options.get(key, "").split(",")
    if len(names) == 1:
        return [pragma]
    return [replace(pragma, options={**pragma.options, key: name.strip()}) for name in names]


def _one(maker: Callable[[Pragma], Made], pragma: Pragma) -> Made:
    try:
        return maker(pragma)
    except _Refused as refusal:
        return "", [str(refusal)]


def _whole(what: str, number: str) -> str:
    """The check that a number, where it is constant, is whole: a marker would take the integer part alone."""
    if number.lstrip("-").isdecimal():
        return ""
    condition = f"__builtin_constant_p({number}) ? ({number}) == (int)({number}) : true"
    return f' static_assert({condition}, "{FRACTION}{what}");'


# No statement: read elsewhere, or needs nothing (functions are inlined and specialised, arrays of structures split).
_READ_ELSEWHERE = frozenset({"interface", "top", "bind_op", "latency"})
_FREE = _READ_ELSEWHERE | {"alias", "function_instantiate", "aggregate", "disaggregate"}

_IGNORED = {
    "loop_merge": "loops are not merged; write them as one loop",
    "allocation": "ignored; operators are not shared",
    "stable": "ignored; every activation reads the argument anew",
    "protocol": "ignored; only the order of stream accesses is kept",
    "occurrence": "ignored; the region runs under its condition at the interval of the loop",
    "performance": "ignored; ask for an interval with PIPELINE II=",
    "cache": "ignored",
    "array_map": "ignored; each array is a memory of its own",
    "data_pack": "ignored; structures are packed on streams and split by field in arrays",
}


def _inline(pragma: Pragma) -> Made:
    if "off" in pragma.flags:
        raise _Refused("ignored; functions are always inlined")
    remarks = ["region is ignored; INLINE in a function opens it"] if "region" in pragma.flags else []
    return ("" if remarks else "::__hls_mark_inline();"), remarks


def _expression_balance(pragma: Pragma) -> Made:
    if "off" in pragma.flags:
        raise _Refused("ignored; integer expressions are always balanced, the result is the same")
    return "", []


def _dataflow(pragma: Pragma) -> Made:
    return "::__hls_mark_dataflow();", []


def _pipeline(pragma: Pragma) -> Made:
    if "off" in pragma.flags:
        return "::__hls_mark_pipeline_off();", []
    remarks = []
    style = pragma.options.get("style", "flp").lower()
    if style not in ("flp", "frp"):
        remarks.append(f"style={style} is ignored; a pipeline never holds back finished work")
    interval = pragma.options.get("ii", "1")
    return f"::__hls_mark_pipeline({interval});{_whole('PIPELINE II', interval)}", remarks


def _unroll(pragma: Pragma) -> Made:
    if "off" in pragma.flags:
        return "", []
    remarks = ["skip_exit_check is ignored; the exit is checked"] if "skip_exit_check" in pragma.flags else []
    factor = pragma.options.get("factor")
    count = "0" if factor is None else "-1" if factor == "0" else factor
    return f"::__hls_mark_unroll({count});{_whole('UNROLL factor', count)}", remarks


def _flatten(pragma: Pragma) -> Made:
    return ("::__hls_mark_flatten_off();" if "off" in pragma.flags else ""), []


def _trip_count(pragma: Pragma) -> Made:
    low, high = pragma.options.get("min", "0"), pragma.options.get("max")
    if high is None:
        raise _Refused("names no max=")
    average = pragma.options.get("avg", "-1")
    code = f"::__hls_mark_tripcount({low}, {high}, {average});"
    return code + "".join(_whole("LOOP_TRIPCOUNT", count) for count in (low, high, average)), []


def _object(pragma: Pragma) -> str:
    name = pragma.options.get("variable")
    if name is None:
        raise _Refused("ignored; it names no variable")
    return f"::__hls_object({name})"


def _partition(pragma: Pragma) -> Made:
    kinds = [kind for kind in PARTITION_CODES if kind in pragma.flags]
    kind = pragma.options.get("type", kinds[0] if kinds else "complete").lower()
    if kind not in PARTITION_CODES:
        raise _Refused(f"type={kind} is unknown; one of {', '.join(PARTITION_CODES)}")
    factor = pragma.options.get("factor", "0")
    if kind != "complete" and factor == "0":
        raise _Refused(f"a {kind} partition needs factor=")
    dimension = pragma.options.get("dim", "1")
    code = f"::__hls_mark_partition({_object(pragma)}, {dimension}, {PARTITION_CODES.index(kind)}, {factor});"
    return code + _whole("factor of a partition", factor) + _whole("dim of a partition", dimension), []


def _storage(pragma: Pragma) -> Made:
    name = pragma.options.get("impl", "auto").lower()
    storage = STORAGE_OF.get(name)
    if storage is None:
        raise _Refused(f"impl={name} is unknown; one of {', '.join(STORAGE_OF)}")
    remarks = []
    kind = pragma.options.get("type", "").lower()
    if kind in ("ram_1p", "rom_1p"):
        remarks.append(f"type={kind} is ignored; a second port is used where the schedule wants one")
    if "latency" in pragma.options:
        remarks.append("latency= is ignored; block RAM takes one cycle, the rest none")
    code = URAM_CODE if name == "uram" else STORAGE_CODES.index(storage)
    return f"::__hls_mark_storage({_object(pragma)}, {code});", remarks


def _resource(pragma: Pragma) -> Made:
    """The old name of BIND_STORAGE and BIND_OP."""
    core = pragma.options.get("core", "").lower()
    impl = next((name for part, name in _CORES.items() if part in core), None)
    if impl is None:
        raise _Refused("ignored; use BIND_STORAGE with impl=")
    return _storage(Pragma("bind_storage", frozenset(), {"variable": pragma.options.get("variable", ""), "impl": impl}))


def _stream(pragma: Pragma) -> Made:
    kind = pragma.options.get("type", "fifo").lower()
    if kind == "pipo":
        banks = pragma.options.get("depth", "2")
        return f"::__hls_mark_banks({_object(pragma)}, {banks});{_whole('STREAM depth', banks)}", []
    if "depth" not in pragma.options:
        raise _Refused("ignored; it names no depth=")
    remarks = [f"type={kind} is ignored; it becomes a FIFO"] if kind != "fifo" else []
    depth = pragma.options["depth"]
    return f"::__hls_mark_depth({_object(pragma)}, {depth});{_whole('STREAM depth', depth)}", remarks


def _dependence(pragma: Pragma) -> Made:
    dependent = pragma.options.get("dependent", "false" if "false" in pragma.flags else "true").lower()
    if dependent == "true" and "distance" not in pragma.options:
        return "", []  # what is assumed anyway
    is_intra = "intra" in pragma.flags or pragma.options.get("type", "inter").lower() == "intra"
    if not is_intra and "inter" not in pragma.flags and "type" not in pragma.options:
        raise _Refused("ignored; it says neither inter nor intra")
    direction = pragma.options.get("direction", next(iter(pragma.flags & {"raw", "war", "waw"}), "")).lower()
    if is_intra and (direction or dependent == "true"):
        raise _Refused("ignored; the order within an iteration is kept")
    if direction in ("war", "waw"):
        raise _Refused("ignored; only reads behind writes (RAW), or all at once, can be said not to meet")
    if dependent == "false":
        distance = APART if is_intra else NEVER_READ if direction else NEVER_MEETS
        return f"::__hls_mark_dependence({_object(pragma)}, {distance});", []
    apart = pragma.options["distance"]
    return f"::__hls_mark_dependence({_object(pragma)}, {apart});{_whole('DEPENDENCE distance', apart)}", []


def _reset(pragma: Pragma) -> Made:
    if "off" in pragma.flags:
        raise _Refused("off is ignored; registers return to their first value at reset, memories keep their contents")
    return f"::__hls_mark_reset({_object(pragma)});", []


_MAKERS: dict[str, Callable[[Pragma], Made]] = {
    "inline": _inline,
    "expression_balance": _expression_balance,
    "dataflow": _dataflow,
    "pipeline": _pipeline,
    "unroll": _unroll,
    "loop_flatten": _flatten,
    "loop_tripcount": _trip_count,
    "array_partition": _partition,
    "array_reshape": _partition,
    "bind_storage": _storage,
    "resource": _resource,
    "stream": _stream,
    "dependence": _dependence,
    "reset": _reset,
}
