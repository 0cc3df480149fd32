"""Decides how a network is trained on a cluster: folds, slices, boards, depths and links, all in one Plan."""
