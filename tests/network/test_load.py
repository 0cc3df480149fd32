"""Network files: what a good one gives, and the whole text of every error."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import Format, LayerKind, Network, Training

EXAMPLES = Path(__file__).parents[2] / "examples"

HEAD = """\
name: net
dataset: digits
input: {channels: 1, rows: 8, columns: 8, format: {width: 8, fraction: 6}}
training: {batch: 16, learning_rate: 0.1, epochs: 2, seed: 1}
"""
LAYERS = """\
layers:
  - conv: {name: a, channels: 4, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - fully_connected: {name: b, features: 10}
  - softmax_cross_entropy
"""


def load(tmp_path: Path, text: str) -> Network:
    path = tmp_path / "net.yaml"
    path.write_text(text)
    return load_network(path)


def errors(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_good_file(tmp_path: Path) -> None:
    network = load(tmp_path, HEAD + LAYERS)
    assert (network.name, network.dataset, network.accumulator_width) == ("net", "digits", 48)
    assert network.training == Training(16, 0.1, 2, 1)
    assert network.input_format == Format(8, 6)
    assert [network.tensor_shape(t) for t in range(3)] == [(1, 8, 8), (4, 4, 4), (10, 1, 1)]
    first, second = network.layers
    assert (first.kind, first.kernel_rows, first.padding, first.relu, first.pool) == (
        LayerKind.CONVOLUTION,
        3,
        1,
        True,
        2,
    )
    assert (second.kind, second.weight_shape, second.relu, second.pool) == (
        LayerKind.FULLY_CONNECTED,
        (10, 4, 4, 4),
        False,
        1,
    )
    assert first.formats.weight == Format(16, 14)
    assert first.formats.gradient_width == 36


def test_relu_and_pool_in_either_order(tmp_path: Path) -> None:
    swapped = LAYERS.replace("  - relu\n  - max_pool: 2\n", "  - max_pool: 2\n  - relu\n")
    assert load(tmp_path, HEAD + swapped) == load(tmp_path, HEAD + LAYERS)


def test_given_fractions_and_widths(tmp_path: Path) -> None:
    formats = (
        "formats: {width: 12, gradient_width: 40, accumulator_width: 44, weight_fraction: 10, output_fraction: 7}\n"
    )
    layers = LAYERS.replace("padding: 1}", "padding: 1, weight_fraction: 9, error_fraction: 8}")
    network = load(tmp_path, HEAD + formats + layers)
    first, second = (layer.formats for layer in network.layers)
    assert network.accumulator_width == 44
    assert (first.weight, first.output, first.error) == (Format(12, 9), Format(12, 7), Format(12, 8))
    assert (second.weight, second.output, second.error) == (Format(12, 10), Format(12, 7), Format(12, 11))
    assert (first.gradient_width, second.gradient_width) == (40, 40)


def test_given_fractions_win_over_calibrated_ones(tmp_path: Path) -> None:
    calibrated = load(tmp_path, HEAD + "formats: {calibrate: {images: 64}}\n" + LAYERS)
    given = load(tmp_path, HEAD + "formats: {calibrate: {images: 64}, output_fraction: 5}\n" + LAYERS)
    assert [layer.formats.output.fraction for layer in given.layers] == [5, 5]
    assert [layer.formats.weight for layer in given.layers] == [layer.formats.weight for layer in calibrated.layers]
    assert calibrated.layers[0].formats.output.fraction > 5


@pytest.mark.parametrize("example", ["digits", "lenet5"])
def test_examples_load_alike_each_time(example: str) -> None:
    path = EXAMPLES / example / "network.yaml"
    assert load_network(path) == load_network(path)
    assert load_network(path).name == example


def test_dataset_file_is_found_beside_the_network(tmp_path: Path) -> None:
    images, labels = np.zeros((20, 1, 8, 8), np.int8), np.arange(20) % 10
    np.savez(tmp_path / "my.npz", train_images=images, train_labels=labels, test_images=images, test_labels=labels)
    text = HEAD.replace("digits", "my.npz") + "formats: {calibrate: {images: 20}}\n" + LAYERS
    assert load(tmp_path, text).dataset == str(tmp_path / "my.npz")


def test_missing_dataset_file(tmp_path: Path) -> None:
    text = HEAD.replace("digits", "my.npz") + "formats: {calibrate: {images: 4}}\n" + LAYERS
    assert errors(tmp_path, text) == [
        "my.npz: dataset: expected an .npz file with train_images, train_labels, test_images, test_labels, "
        "found no such file"
    ]


def test_all_problems_come_at_once_and_in_order(tmp_path: Path) -> None:
    text = """\
name: Net
dataset: digits
input: {channels: 1, rows: 8, colums: 8, format: {width: 8, fraction: 6}}
training: {batch: 0, learning_rate: -1, epochs: 2, seed: 1}
layers:
  - relu
  - konv: {name: a, channels: 4, kernel: 3}
  - conv: {name: b, channels: 4, kernal: 3}
  - max_pool: two
  - relu: 3
  - softmax_cross_entropy
  - fully_connected: {name: c, features: 10}
momentum: 0.9
"""
    kinds = "one of conv, fully_connected, relu, local_response, max_pool, dropout, softmax_cross_entropy"
    assert errors(tmp_path, text) == [
        "net.yaml:1: name: expected a name of lower-case letters, digits and single `_`, beginning with a letter, "
        "at most 40 characters, found `Net`",
        "net.yaml:3: input.columns: expected this field, found nothing",
        "net.yaml:3: input.colums: expected one of channels, rows, columns, format, found `colums`\n"
        "    hint: did you mean `columns`?",
        "net.yaml:4: training.batch: expected at least 1, found `0`",
        "net.yaml:4: training.learning_rate: expected more than 0.0, found `-1`",
        "net.yaml:6: layers[0]: expected a conv or fully_connected before it, found nothing",
        f"net.yaml:7: layers[1]: expected {kinds}, found `konv`\n    hint: did you mean `conv`?",
        "net.yaml:8: layers[2].conv.kernel: expected this field, found nothing",
        "net.yaml:8: layers[2].conv.kernal: expected one of weight_fraction, output_fraction, error_fraction, name, "
        "channels, kernel, padding, stride, groups, found `kernal`\n    hint: did you mean `kernel`?",
        "net.yaml:9: layers[3].max_pool: expected the side of the window, 2..64, found `two`\n"
        "    hint: write `- max_pool: 2`",
        "net.yaml:10: layers[4].relu: expected nothing after the colon, found `3`",
        "net.yaml:12: layers[6]: expected nothing after the loss, found `fully_connected`",
        "net.yaml:13: momentum: expected one of name, dataset, input, training, formats, layers, found `momentum`",
    ]


LOGITS_HINT = "\n    hint: the loss takes the logits of a fully_connected layer as they are"
CONV_A = "  - conv: {name: a, channels: 4, kernel: 3, padding: 1}\n"
END = "  - fully_connected: {name: z, features: 10}\n  - softmax_cross_entropy\n"


@pytest.mark.parametrize(
    ("layers", "messages"),
    [
        (
            CONV_A + "  - fully_connected: {name: z, features: 10}\n",
            ["net.yaml:7: layers[1]: expected `softmax_cross_entropy` as the last item, found a list without a loss"],
        ),
        (
            "  - softmax_cross_entropy\n",
            ["net.yaml:5: layers: expected at least one conv or fully_connected, found none"],
        ),
        (
            CONV_A + "  - softmax_cross_entropy\n",
            ["net.yaml:6: layers[0].conv: expected a fully_connected last layer, found `conv`" + LOGITS_HINT],
        ),
        (
            END.replace("  - softmax", "  - relu\n  - softmax"),
            ["net.yaml:7: layers[1]: expected no relu after the last layer `z`, found `relu`" + LOGITS_HINT],
        ),
        (
            END.replace("  - softmax", "  - max_pool: 2\n  - softmax"),
            [
                "net.yaml:7: layers[1].max_pool: expected no max_pool after the last layer `z`, found `2`"
                + LOGITS_HINT,
                "net.yaml:7: layers[1].max_pool: expected no max_pool here, found `2`, which leaves nothing\n"
                "    hint: the map of `z` is 1 x 1",
            ],
        ),
        (
            CONV_A + CONV_A + END,
            ["net.yaml:7: layers[1].conv.name: expected a name of its own, found `a` again\n    hint: first on line 6"],
        ),
        (
            CONV_A + "  - relu\n  - relu\n" + END,
            ["net.yaml:8: layers[2]: expected one relu a layer, found a second one after `a`"],
        ),
        (
            CONV_A + "  - max_pool: 2\n  - max_pool: 2\n" + END,
            ["net.yaml:8: layers[2].max_pool: expected one max_pool a layer, found a second one after `a`"],
        ),
        (
            "  - conv: {name: a, channels: 4, kernel: 11, padding: 1}\n" + END,
            [
                "net.yaml:6: layers[0].conv.kernel: expected a kernel of at most 10, found `11`\n"
                "    hint: the map is 8 x 8, with padding 1"
            ],
        ),
        (
            "  - conv: {name: a, channels: 4, kernel: 3, padding: 3}\n" + END,
            [
                "net.yaml:6: layers[0].conv.padding: expected a padding of at most 2 (kernel 3 - 1), found `3`",
            ],
        ),
        (
            "  - conv: {name: a, channels: 4, kernel: 6}\n  - max_pool: 4\n" + END,
            [
                "net.yaml:7: layers[1].max_pool: expected a window of at most 3, found `4`, which leaves nothing\n"
                "    hint: the map of `a` is 3 x 3"
            ],
        ),
        (
            "  - conv: {name: a, channels: 4, kernel: 5}\n"
            "  - conv: {name: b, channels: 4, kernel: 5}\n"
            "  - conv: {name: a, channels: 4, kernel: 0}\n" + END,
            [
                "net.yaml:7: layers[1].conv.kernel: expected a kernel of at most 4, found `5`\n"
                "    hint: the map is 4 x 4, with padding 0",
                "net.yaml:8: layers[2].conv.kernel: expected at least 1, found `0`",
            ],
        ),
        (
            CONV_A + END.replace("10", "9"),
            [
                "net.yaml:7: layers[1].fully_connected.features: expected at least 10 features "
                "(the classes of `digits`), found `9`"
            ],
        ),
        (
            "  - conv:\n    name: a\n" + END,
            [
                "net.yaml:6: layers[0]: expected one of conv, fully_connected, relu, local_response, max_pool, "
                "dropout, softmax_cross_entropy, found fields (conv, name)\n"
                "    hint: indent the fields of a layer below its type"
            ],
        ),
        ("  - conv:\n" + END, ["net.yaml:6: layers[0].conv: expected fields, found nothing"]),
        ("  - conv\n" + END, ["net.yaml:6: layers[0].conv: expected fields, found nothing"]),
        (
            CONV_A + "  - local_response\n" + END,
            ["net.yaml:7: layers[1].local_response: expected fields, found nothing"],
        ),
        (
            CONV_A + "  - fully_connected\n  - softmax_cross_entropy\n",
            ["net.yaml:7: layers[1].fully_connected: expected fields, found nothing"],
        ),
        (
            "  - conv: {name: for, channels: 4, kernel: 1}\n" + END,
            [
                "net.yaml:6: layers[0].conv.name: expected a name that means nothing in C++, found `for`\n"
                "    hint: `for_0` would do"
            ],
        ),
        (
            CONV_A.replace("}", ", output_fraction: 21}") + END,
            [
                "net.yaml:6: layers[0].conv.output_fraction: expected an output fraction of -27..20 "
                "(input 6 + weight 14, sums of 48 bits), found 21"
            ],
        ),
        (
            CONV_A.replace("}", ", error_fraction: 30}") + END.replace("}", ", error_fraction: 10}"),
            [
                "net.yaml:6: layers[0].conv.error_fraction: expected an error fraction of -23..24 "
                "(error 10 + weight 14 of `z`, sums of 48 bits), found 30"
            ],
        ),
        (
            CONV_A.replace("}", ", weight_fraction: 48, output_fraction: 8}") + END,
            [
                "net.yaml:6: layers[0].conv.weight_fraction: expected an update shift of 1..61, "
                "found -4 = input 6 + error 15 + learning rate 23 - weight 48\n"
                "    hint: move the fractions of this layer, or the learning rate"
            ],
        ),
    ],
)
def test_wrong_layers(tmp_path: Path, layers: str, messages: list[str]) -> None:
    assert errors(tmp_path, HEAD + "layers:\n" + layers) == messages


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (
            "digit",
            "net.yaml:2: dataset: expected one of digits, mnist5k, or the path of an .npz file, found `digit`\n"
            "    hint: did you mean `digits`?",
        ),
        (
            "mnist5k",
            "net.yaml:3: input: expected 1 x 28 x 28 (the images of `mnist5k`), found 1 x 8 x 8\n"
            "    hint: channels x rows x columns",
        ),
    ],
)
def test_wrong_dataset(tmp_path: Path, dataset: str, message: str) -> None:
    assert errors(tmp_path, HEAD.replace("digits", dataset) + LAYERS) == [message]


def test_learning_rate_that_diverges(tmp_path: Path) -> None:
    text = HEAD.replace("0.1", "1000") + "formats: {calibrate: {images: 320}}\n" + LAYERS
    assert errors(tmp_path, text) == [
        "net.yaml:4: training.learning_rate: expected a learning rate with which the network learns, "
        "found `1000.0`, which diverges in float64\n    hint: try a tenth of it"
    ]


def test_batch_beyond_the_data_set(tmp_path: Path) -> None:
    text = HEAD.replace("batch: 16", "batch: 2000") + "formats: {calibrate: {images: 320}}\n" + LAYERS
    assert errors(tmp_path, text) == ["training.batch: expected at most 1437 (the training images), found `2000`"]


def test_images_of_an_epoch_are_stated_where_there_is_no_data_set(tmp_path: Path) -> None:
    stated = HEAD.replace("seed: 1}", "seed: 1, images: 1000}")
    assert load(tmp_path, stated.replace("dataset: digits\n", "") + LAYERS).training.images == 1000
    assert errors(tmp_path, stated + LAYERS) == [
        "net.yaml:4: training.images: expected nothing beside a data set, whose training images are counted, "
        "found `1000`"
    ]
    few = stated.replace("dataset: digits\n", "").replace("1000", "15")
    assert errors(tmp_path, few + LAYERS) == [
        "net.yaml:3: training.images: expected at least a mini-batch of 16, found `15`"
    ]


def test_no_layers(tmp_path: Path) -> None:
    assert errors(tmp_path, HEAD + "layers: []\n") == [
        "net.yaml:5: layers: expected at least 1 items, found a list of 0"
    ]
    assert errors(tmp_path, HEAD + "layers: conv\n") == ["net.yaml:5: layers: expected a list, found `conv`"]
    assert errors(tmp_path, HEAD) == ["net.yaml:1: layers: expected this field, found nothing"]


def test_boards_take_weights_of_16_bits_alone(tmp_path: Path) -> None:
    text = HEAD + "formats: {width: 12}\n" + LAYERS
    path = tmp_path / "net.yaml"
    path.write_text(text, encoding="utf-8")
    line = text[: text.index("formats:")].count("\n") + 1
    assert load_network(path, for_training=True).layers[0].formats.weight.width == 12
    with pytest.raises(InputError) as caught:
        load_network(path, for_training=True, for_boards=True)
    assert str(caught.value) == (
        f"{path}:{line}: formats.width: expected 16 bits, the width of a weight at the host's ports, found 12\n"
        "    hint: leave it out for boards; the golden engine trains with other widths (`fpdeep train --engine golden`)"
    )
