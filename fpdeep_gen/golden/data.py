"""The data of a training run: images, labels, and the order in which the mini-batches come."""

from fpdeep_gen.network.dataset import Dataset, epoch_batches, load_dataset

__all__ = ["Dataset", "epoch_batches", "load_dataset"]
