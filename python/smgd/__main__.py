"""`python -m smgd`."""

from __future__ import annotations

import sys

from smgd.cli import main

if __name__ == "__main__":
    sys.exit(main())
