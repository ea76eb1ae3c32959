"""The tables, as migrations. Raw rows are sacred, derived rows (counts, corrections) disposable.

Times are Unix seconds (`*_at`, `lo`, `hi`) or milliseconds (`*_ms`); days are local ISO dates.
Epochs are named by a small integer `e` inside the ledger, so that a vote costs few bytes.

They are applied in the order of these imports.
"""

# isort: off
from collector.ledger.schema import places  # noqa: F401
from collector.ledger.schema import fleet  # noqa: F401
from collector.ledger.schema import votes  # noqa: F401
from collector.ledger.schema import counts  # noqa: F401
from collector.ledger.schema import refused  # noqa: F401
from collector.ledger.schema import users  # noqa: F401
from collector.ledger.schema import journal  # noqa: F401
from collector.ledger.schema import desired  # noqa: F401
from collector.ledger.schema import witnesses  # noqa: F401
from collector.ledger.schema import refusing  # noqa: F401
from collector.ledger.schema import copies  # noqa: F401
from collector.ledger.schema import succession  # noqa: F401
from collector.ledger.schema import receipts  # noqa: F401
from collector.ledger.schema import erasing  # noqa: F401
from collector.ledger.schema import surveys  # noqa: F401
from collector.ledger.schema import complaints  # noqa: F401
from collector.ledger.schema import plans  # noqa: F401
from collector.ledger.schema import participation  # noqa: F401
from collector.ledger.schema import notes  # noqa: F401
from collector.ledger.schema import rotations  # noqa: F401
from collector.ledger.schema import misuse  # noqa: F401
from collector.ledger.schema import releases  # noqa: F401
from collector.ledger.schema import tokens  # noqa: F401
from collector.ledger.schema import mailings  # noqa: F401
from collector.ledger.schema import roles  # noqa: F401
from collector.ledger.schema import alerts  # noqa: F401
# isort: on

from collector.ledger.schema.list import migrations

__all__ = ["migrations"]
