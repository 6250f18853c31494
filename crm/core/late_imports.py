"""Large libraries that are loaded when first used, not when first named.

pandas and scipy take a second to load, and most processes never need them: neither beat nor a command, nor most pages.
A module that only calls them writes ``from crm.core.late_imports import pandas as pd`` or ``… import betaln``; type
checkers see the library itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any


class LateModule:
    """Stands for a module until one of its names is asked for; then its names become this one's."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._name), name)
        self.__dict__[name] = value
        return value


class LateFunction:
    """Stands for a function of a module until it is called; ``module:function``."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._function: Any = None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if self._function is None:
            module, name = self._place.split(":")
            self._function = getattr(import_module(module), name)
        return self._function(*arguments, **named)


if TYPE_CHECKING:
    import numpy as numpy
    import pandas as pandas
    import xlsxwriter as xlsxwriter
    from scipy.optimize import minimize as minimize
    from scipy.special import betainc as betainc
    from scipy.special import betaln as betaln
    from scipy.special import expit as expit
    from scipy.special import gammaln as gammaln
    from scipy.special import hyp2f1 as hyp2f1
    from scipy.special import psi as psi
else:
    numpy = LateModule("numpy")
    pandas = LateModule("pandas")
    xlsxwriter = LateModule("xlsxwriter")
    minimize = LateFunction("scipy.optimize:minimize")
    betainc = LateFunction("scipy.special:betainc")
    betaln = LateFunction("scipy.special:betaln")
    expit = LateFunction("scipy.special:expit")
    gammaln = LateFunction("scipy.special:gammaln")
    hyp2f1 = LateFunction("scipy.special:hyp2f1")
    psi = LateFunction("scipy.special:psi")
