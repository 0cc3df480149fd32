"""What a simulation trains: the first mini-batches of a training, as a program for the host."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.golden.model import initial_weights
from fpdeep_gen.network.dataset import Dataset, epoch_batches
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.host import Command, Dump, Infer, Load, Program, Train

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Raw images [n, channels, rows, columns] and their labels [n]."""

    images: Integers
    labels: Integers


def training_batches(network: Network, dataset: Dataset, count: int, images: int | None = None) -> tuple[Batch, ...]:
    """The first `count` mini-batches of a training of `network`, of `images` each (default: what the network says)."""
    size = images or network.training.batch
    chosen: list[Batch] = []
    epoch = 0
    while len(chosen) < count:
        for rows in epoch_batches(network.training.seed, epoch, len(dataset.train_labels), size):
            chosen.append(Batch(dataset.train_images[rows], dataset.train_labels[rows]))
        epoch += 1
    return tuple(chosen[:count])


def verification_program(plan: Plan, batches: Sequence[Batch], test: Batch | None = None) -> Program:
    """LOAD, DUMP, then TRAIN, DUMP for each batch, TRAIN of one image twice before the last DUMP, INFER of `test`.

    The single images are there for the latency: the second finds every board idle, as dumps do not. Their learning
    rate is 0, so they change no weight; the dump behind them lets the run go on until their last gradient.
    """
    training = plan.network.training
    commands: list[Command] = [Load(initial_weights(plan.network)), Dump()]
    for step, batch in enumerate(batches):
        commands.append(Train(batch.images, batch.labels, step, training.seed, plan.learning_rate_raw))
        if step + 1 == len(batches):
            commands += 2 * [Train(batch.images[:1], batch.labels[:1], len(batches), training.seed, 0)]
        commands.append(Dump())
    if test is not None:
        commands.append(Infer(test.images, test.labels))
    return Program(tuple(commands))
