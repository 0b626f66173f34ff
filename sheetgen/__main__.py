"""``python -m sheetgen`` の入口。"""

import sys

from sheetgen.cli import main

sys.exit(main())
