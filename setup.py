"""Build hook: the top-level data folders travel inside the wheel as fpdeep_gen/_data/<folder>."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

DATA_FOLDERS = ("templates", "hls_kernels", "boards", "networks")


class BuildWithData(build_py):
    """Copies the data folders next to the packages; an editable install reads them where they are."""

    def run(self) -> None:
        """Build the packages, then place the data."""
        super().run()
        if self.editable_mode:
            return
        root = Path(__file__).parent
        for folder in DATA_FOLDERS:
            target = Path(self.build_lib, "fpdeep_gen", "_data", folder)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(root / folder, target)


setup(cmdclass={"build_py": BuildWithData})
