"""``python -m sheetgen`` の入口。"""

from __future__ import annotations

import sys

from sheetgen.cli.boundary import main

sys.exit(main())
