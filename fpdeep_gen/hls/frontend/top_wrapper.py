"""C++ of the function that is one activation of a top, `__hls_top`.

It takes one word from a stream of starts (the scalar inputs), calls the top, and gives one word to a stream of dones
(the return value and the scalar outputs). Arrays become external globals, which the back end turns into ports.
"""

from collections.abc import Container

from fpdeep_gen.hls.frontend.aliases import SHARED
from fpdeep_gen.hls.frontend.signature import Formal, Signature
from fpdeep_gen.hls.interface import RETURN, Argument, Interface, Kind

WRAPPER = "__hls_top"
START, DONE = "ap_start", "ap_done"


def global_of(place: int) -> str:
    """The LLVM name of the external array that stands for an argument."""
    return f"@__hls_argument_{place}"


def type_name(place: int) -> str:
    """The C++ name of an argument's type, references and const taken off."""
    return f"__hls_type_{place}" if place >= 0 else "__hls_type_return"


def wrapper(signature: Signature, interface: Interface) -> str:
    """C++ of the function that is one activation of the top."""
    place = signature.location
    formals, actuals, head, body = [], [], [], []
    by_place = {one.place: one for one in interface.arguments}
    given, given_at = interface.inputs, _offsets(interface.inputs)
    for number, formal in enumerate(signature.formals):
        argument = by_place[number]
        name = f"__hls_value_{number}"
        if argument.kind is Kind.STREAM:
            formals.append(_stream_formal(formal))
            actuals.append(formal.name)
        elif argument.kind is Kind.ARRAY:
            head.append(f'extern "C" {type_name(number)} {global_of(number)[1:]};')
            array = global_of(number)[1:]
            if argument.memory:
                array = f"(*({type_name(number)} *)::{SHARED}(&{array}))"
            whole = f"{array}{'[0]' if formal.is_reference else ''}"
            actuals.append(name if formal.is_burst else whole)
            if formal.is_burst:
                body.append(
                    f"::hls_detail::value_of<{number}, decltype(::{signature.name})> {name}({global_of(number)[1:]});"
                )
        else:
            actuals.append(f"&{name}" if formal.is_pointer else name)
    staged = any(pragma.kind == "dataflow" for pragma, _ in signature.pragmas)  # arrays of values are stages' then
    stages = [one for one in interface.of(Kind.SCALAR) if staged and one.is_value_array]
    marker = f'# {place.line} "{place.file}"'
    head += [line for one in stages for made in _stages(one) for line in (marker, made)]
    body += ["::__hls_mark_dataflow();"] if stages else []
    width = max(1, sum(one.layout.width for one in given))
    body.append(f"const unsigned _BitInt({width}) __hls_given = {START}.read().V;")
    for argument in interface.of(Kind.SCALAR):
        if argument.place == RETURN:
            continue
        kind, name = type_name(argument.place), f"__hls_value_{argument.place}"
        body.append(f"{kind} {name};")
        if argument.is_value_array:
            body.append(f"::__hls_mark_partition(::__hls_object({name}), 0, 0, 0);")  # completely: they are registers
        if argument.direction.reads:
            bits = f"(unsigned _BitInt({argument.layout.width}))(__hls_given >> {given_at[argument.name]})"
            taken = f"::hls_detail::layout<{kind}>::unpack({name}, {bits});"
            body.append(_handed(argument, "taken", f"take_{argument.name}", bits) if argument in stages else taken)
    call = f"::{signature.name}({', '.join(actuals)});"
    body.append(f"{type_name(RETURN)} __hls_value_return = {call}" if signature.returns_value else call)
    body += [_handed(one, "given", f"give_{one.name}") for one in stages if one.direction.writes]
    body += _done(interface, {one.name for one in stages})
    formals.append(f"hls::stream<ap_uint<{width}>> &{START}")
    formals.append(f"hls::stream<ap_uint<{_done_width(interface)}>> &{DONE}")
    text = f'extern "C" void {WRAPPER}({", ".join(formals)}) {{ {" ".join(body)} }}'
    return "\n".join([*head, marker, text, ""])


def _stream_formal(formal: Formal) -> str:
    """An array as a reference, which knows how many streams it holds."""
    return formal.text.replace("@", f"(&{formal.name})" if formal.is_decayed else formal.name)


def stream_wrapper(signature: Signature) -> str:
    """C++ of a function of streams alone that calls the top; arrays of streams keep their sizes."""
    formals = ", ".join(map(_stream_formal, signature.formals))
    actuals = ", ".join(one.name for one in signature.formals)
    line = f'# {signature.location.line} "{signature.location.file}"'
    return f'{line}\nextern "C" void {WRAPPER}({formals}) {{ ::{signature.name}({actuals}); }}\n'


def _done_width(interface: Interface) -> int:
    return max(1, sum(one.layout.width for one in interface.outputs))


def _stages(one: Argument) -> list[str]:
    """Stages that take an array of values out of one word, and make one of it."""
    kind, width = type_name(one.place), one.layout.width
    layout = f"::hls_detail::layout<{kind}>"
    word = f"hls::stream<ap_uint<{width}>>"
    begin = "::__hls_mark_pipeline(1);"
    lines = []
    if one.direction.reads:
        code = f"{begin} {layout}::unpack(to, from.read().V);"
        lines.append(f"static void take_{one.name}({word} &from, {kind} &to) {{ {code} }}")
    if one.direction.writes:
        code = f"{begin} ap_uint<{width}> word; word.V = {layout}::pack(from); to.write(word);"
        lines.append(f"static void give_{one.name}({kind} &from, {word} &to) {{ {code} }}")
    return lines


def _handed(one: Argument, way: str, stage: str, bits: str = "") -> str:
    """The call of such a stage; `bits`: what it gets, at once."""
    stream, value, width = f"__hls_{way}_{one.place}", f"__hls_value_{one.place}", one.layout.width
    declared = f"hls::stream<ap_uint<{width}>> {stream};"
    if not bits:
        return f"{declared} ::{stage}({value}, {stream});"
    word = f"ap_uint<{width}> {stream}_word; {stream}_word.V = {bits}; {stream}.write({stream}_word);"
    return f"{declared} {word} ::{stage}({stream}, {value});"


def _done(interface: Interface, staged: Container[str] = ()) -> list[str]:
    width = _done_width(interface)
    lines = [f"unsigned _BitInt({width}) __hls_made = 0;"]
    offsets = _offsets(interface.outputs)
    for one in interface.outputs:
        name = "__hls_value_return" if one.place == RETURN else f"__hls_value_{one.place}"
        packed = f"::hls_detail::layout<{type_name(one.place)}>::pack({name})"
        packed = f"__hls_given_{one.place}.read().V" if one.name in staged else packed
        lines.append(f"__hls_made |= (unsigned _BitInt({width})){packed} << {offsets[one.name]};")
    lines.append(f"ap_uint<{width}> __hls_word; __hls_word.V = __hls_made; {DONE}.write(__hls_word);")
    return lines


def _offsets(arguments: tuple[Argument, ...]) -> dict[str, int]:
    found, at = {}, 0
    for one in arguments:
        found[one.name] = at
        at += one.layout.width
    return found
