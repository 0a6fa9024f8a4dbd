"""What setup.cfg cannot say: a wheel keeps the commit that it is built from, which `relay --version` tells."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from relay.version import COMMIT, commit_of  # noqa: E402 - of this clone, whatever is installed


class WithCommit(build_py):
    """Build the modules, and write down their commit."""

    def run(self) -> None:
        """Do both; an editable install reads the commit of the clone when it is asked."""
        super().run()
        if not self.editable_mode and (commit := commit_of(HERE)):
            (Path(self.build_lib) / "relay" / COMMIT).write_text(commit, encoding="ascii")


setup(cmdclass={"build_py": WithCommit})
