"""The README names every setting there is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OF_THE_TESTS = {"RAPPORT_TEST_TEMPLATE", "RAPPORT_TEST_SERVERS"}


def test_every_environment_variable_is_documented() -> None:
    settings = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "crm/settings.py").read_text())
    elsewhere = [
        name
        for path in ROOT.glob("crm/**/*.py")
        for name in re.findall(r'environ\.get\("([A-Z_]+)"', path.read_text(encoding="utf-8"))
    ]
    table = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = {name for name in [*settings, *elsewhere] if f"`{name}`" not in table} - OF_THE_TESTS
    assert len(settings) > 20
    assert not missing
