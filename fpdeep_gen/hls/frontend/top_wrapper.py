"""C++ of the function that is one activation of a top, `__hls_top`.

It takes one word from a stream of starts (the scalar inputs), calls the top, and gives one word to a stream of dones
(the return value and the scalar outputs). Arrays become external globals, which the back end turns into ports.
"""

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
            whole = f"{global_of(number)[1:]}{'[0]' if formal.is_reference else ''}"
            actuals.append(name if formal.is_burst else whole)
            if formal.is_burst:
                body.append(
                    f"::hls_detail::value_of<{number}, decltype(::{signature.name})> {name}({global_of(number)[1:]});"
                )
        else:
            actuals.append(f"&{name}" if formal.is_pointer else name)
    width = max(1, sum(one.layout.width for one in given))
    body.append(f"const unsigned _BitInt({width}) __hls_given = {START}.read().V;")
    for argument in interface.of(Kind.SCALAR):
        if argument.place == RETURN:
            continue
        kind, name = type_name(argument.place), f"__hls_value_{argument.place}"
        body.append(f"{kind} {name};")
        if argument.direction.reads:
            bits = f"(unsigned _BitInt({argument.layout.width}))(__hls_given >> {given_at[argument.name]})"
            body.append(f"::hls_detail::layout<{kind}>::unpack({name}, {bits});")
    call = f"::{signature.name}({', '.join(actuals)});"
    body.append(f"{type_name(RETURN)} __hls_value_return = {call}" if signature.returns_value else call)
    body += _done(interface)
    formals.append(f"hls::stream<ap_uint<{width}>> &{START}")
    formals.append(f"hls::stream<ap_uint<{_done_width(interface)}>> &{DONE}")
    text = f'extern "C" void {WRAPPER}({", ".join(formals)}) {{ {" ".join(body)} }}'
    line = f'# {place.line} "{place.file}"'
    return "\n".join([*head, line, text, ""])


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


def _done(interface: Interface) -> list[str]:
    width = _done_width(interface)
    lines = [f"unsigned _BitInt({width}) __hls_made = 0;"]
    offsets = _offsets(interface.outputs)
    for one in interface.outputs:
        name = "__hls_value_return" if one.place == RETURN else f"__hls_value_{one.place}"
        packed = f"::hls_detail::layout<{type_name(one.place)}>::pack({name})"
        lines.append(f"__hls_made |= (unsigned _BitInt({width})){packed} << {offsets[one.name]};")
    lines.append(f"ap_uint<{width}> __hls_word; __hls_word.V = __hls_made; {DONE}.write(__hls_word);")
    return lines


def _offsets(arguments: tuple[Argument, ...]) -> dict[str, int]:
    found, at = {}, 0
    for one in arguments:
        found[one.name] = at
        at += one.layout.width
    return found
