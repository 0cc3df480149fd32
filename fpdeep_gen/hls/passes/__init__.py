"""Passes from `ir.Module` to `ir.Module`; each keeps the meaning of every process."""
