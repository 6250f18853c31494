"""A file that cannot be imported at all."""

from typing import Any


class ImportFileError(Exception):
    """``code`` and ``values`` say why; ``customers.import_wording`` says it in words."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
