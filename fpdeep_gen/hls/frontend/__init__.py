"""The front end: C++ of the dialect to `ir.Module`."""

from fpdeep_gen.hls.frontend.translate import front_end

__all__ = ["front_end"]
