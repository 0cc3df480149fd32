"""Images that fully connected layers take together, because they share a read of DDR."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Groups:
    """Images in order, in groups of `sizes`."""

    sizes: tuple[int, ...]
    of: tuple[int, ...]
    ends: tuple[int, ...]

    def last(self, group: int) -> int:
        """The last image of a group."""
        return self.ends[group] - 1


def groups(images: int, batch: int, size: int) -> Groups:
    """`images` images in batches of `batch`, each in groups of `size`; the last one of a batch may be smaller."""
    sizes: list[int] = []
    for begin in range(0, images, batch):
        left = min(batch, images - begin)
        sizes += [size] * (left // size)
        if left % size:
            sizes.append(left % size)
    of: list[int] = []
    ends: list[int] = []
    for group, count in enumerate(sizes):
        of += [group] * count
        ends.append(len(of))
    return Groups(tuple(sizes), tuple(of), tuple(ends))
