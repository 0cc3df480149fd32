"""YAML reading and the words of its problems."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from fpdeep_gen.document import Schema, field_path, load_document, parse_document, read_model, validate
from fpdeep_gen.errors import InputError
from fpdeep_gen.names import CPP_WORDS, SYSTEMVERILOG_WORDS, Name, name_fault

FILE = Path("net.yaml")


class Part(Schema):
    kernel: int = Field(ge=1, le=9)
    rate: float = 1.0
    kind: Literal["wide", "narrow"] = "wide"


class Whole(Schema):
    name: Name
    parts: list[Part] = Field(min_length=1)
    named: dict[str, Part] | None = None
    one: Part | None = None
    flag: bool = False


def errors(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        validate(parse_document(text, FILE), Whole)
    return [str(problem) for problem in caught.value.problems]


def test_good_file_gives_values_and_lines() -> None:
    document = parse_document("name: net\nparts:\n  - kernel: 3\n    rate: 1e-3\n  - {kernel: 5}\nflag: true\n", FILE)
    whole = validate(document, Whole)
    assert (whole.name, whole.parts[0].rate, whole.parts[1].kernel, whole.flag) == ("net", 1e-3, 5, True)
    assert document.line(("parts", 0, "rate")) == 4
    assert document.line(("parts", 1)) == 5
    assert document.line(("parts", 1, "kernel")) == 5
    assert document.line(("parts", 0, "kind")) == 3  # not in the file: its owner's line
    assert document.line(()) == 1


def test_part_of_a_document_keeps_its_place() -> None:
    document = parse_document("a:\n  - {}\n  - kernel: 12\n", FILE)
    with pytest.raises(InputError) as caught:
        validate(document, Part, at=("a", 1))
    assert str(caught.value) == "net.yaml:3: a[1].kernel: expected at most 9, found `12`"


def test_all_problems_come_at_once() -> None:
    text = (
        "name: int\n"
        "parts:\n"
        "  - kernal: 2\n"
        "    kind: narow\n"
        "  - {kernel: 0, rate: fast}\n"
        "  - 7\n"
        "named:\n"
        "  x: {kernel: 1.5, rate: .inf, zz: 3}\n"
        "one: {kernel: yes, kernal: 1}\n"
        "flag: 1\n"
    )
    assert errors(text) == [
        "net.yaml:1: name: expected a name that means nothing in C++, found `int`\n    hint: `int_0` would do",
        "net.yaml:3: parts[0].kernel: expected this field, found nothing",
        "net.yaml:4: parts[0].kind: expected one of wide, narrow, found `narow`\n    hint: did you mean `narrow`?",
        "net.yaml:3: parts[0].kernal: expected one of kernel, rate, kind, found `kernal`\n"
        "    hint: did you mean `kernel`?",
        "net.yaml:5: parts[1].kernel: expected at least 1, found `0`",
        "net.yaml:5: parts[1].rate: expected a number, found `fast`",
        "net.yaml:6: parts[2]: expected fields, found `7`",
        "net.yaml:8: named.x.kernel: expected an integer, found `1.5`",
        "net.yaml:8: named.x.rate: expected a finite number, found `inf`",
        "net.yaml:8: named.x.zz: expected one of kernel, rate, kind, found `zz`",
        "net.yaml:9: one.kernel: expected an integer, found true",
        "net.yaml:9: one.kernal: expected one of kernel, rate, kind, found `kernal`\n    hint: did you mean `kernel`?",
        "net.yaml:10: flag: expected true or false, found `1`",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: [1\n",
            "net.yaml:2: syntax: expected valid YAML, found expected ',' or ']', but got '<stream end>'\n"
            "    hint: while parsing a flow sequence",
        ),
        ("a: b: c", "net.yaml:1: syntax: expected valid YAML, found mapping values are not allowed here"),
        ("", "net.yaml: document: expected YAML fields, found an empty file"),
        ("# nothing\n", "net.yaml: document: expected YAML fields, found an empty file"),
        ("a: 1\na: 2", "net.yaml:2: a: expected each field once, found `a` again\n    hint: first on line 1"),
        ("1: 2", "net.yaml:1: document: expected a field name, found `1`"),
        ("? [a]\n: 2", "net.yaml:1: document: expected a field name, found a list or mapping"),
        ("- 1", "net.yaml:1: document: expected fields, found a list of 1"),
        (
            "name: !!python/object:os.system ls",
            "net.yaml:1: name: expected a plain value, found `ls` (tag:yaml.org,2002:python/object:os.system)",
        ),
        (
            "name: 2020-99-99",
            "net.yaml:1: name: expected a plain value, found `2020-99-99` (tag:yaml.org,2002:timestamp)",
        ),
        (
            "x: &a [*a]",
            "net.yaml:1: x[0][0]: expected at most 200000 values, nested at most 40 deep, found more\n"
            "    hint: anchors that refer to themselves or to each other grow without end",
        ),
        ("[" * 5000, "net.yaml: syntax: expected at most 40 levels, found more"),
        ("name: net\nparts: []", "net.yaml:2: parts: expected at least 1 items, found a list of 0"),
    ],
)
def test_one_problem(text: str, message: str) -> None:
    assert errors(text) == [message]


def test_growing_anchors_are_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n + 1}: &a{n + 1} [" + ", ".join([f"*a{n}"] * 10) + "]" for n in range(12)]
    assert "anchors that refer" in errors("\n".join(lines))[0]


def test_missing_file_and_wrong_bytes(tmp_path: Path) -> None:
    missing = tmp_path / "no.yaml"
    with pytest.raises(InputError) as caught:
        read_model(missing, Whole)
    assert str(caught.value) == f"{missing}: file: expected a readable YAML file, found no such file"
    with pytest.raises(InputError) as caught:
        load_document(tmp_path)
    assert str(caught.value) == f"{tmp_path}: file: expected a readable YAML file, found a folder"
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"a: \xff")
    with pytest.raises(InputError) as caught:
        load_document(binary)
    assert str(caught.value) == f"{binary}: file: expected UTF-8 text, found byte 3 that is not"


def test_field_path() -> None:
    assert field_path(("layers", 2, "conv", "kernel")) == "layers[2].conv.kernel"
    assert field_path(()) == "document"


@pytest.mark.parametrize("name", ["a", "conv1", "net_2b", "x" * 40, "a_"])
def test_good_names(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    "name", ["", "A", "1a", "a b", "a;b", "$(ls)", "a-b", "../a", "a__b", "_a", "x" * 41, "a\n", "é", "int", "wire"]
)
def test_bad_names(name: str) -> None:
    assert name_fault(name) is not None


def test_word_lists_hold_words() -> None:
    assert {"int", "xor_eq", "main"} <= CPP_WORDS
    assert {"always_ff", "logic", "endmodule"} <= SYSTEMVERILOG_WORDS
    assert all(word.isascii() and " " not in word for word in CPP_WORDS | SYSTEMVERILOG_WORDS)
