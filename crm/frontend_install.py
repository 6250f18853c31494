"""Copies the few front-end files that the product uses from the installed packages to ``static/vendor/``.

Run as a plain script (``python crm/frontend_install.py``): it needs neither Django nor a database. The packages come
from ``npm ci`` by package-lock.json and, for htmx, from the wheel of django-htmx; nothing of them is committed.
"""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
MODULES = ROOT / "node_modules"
INTER_SUBSETS = ("latin", "latin-ext", "vietnamese", "greek", "cyrillic")
INVISIBLE_FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
SOURCE_MAP_COMMENT = re.compile(r"(/\*[#@] sourceMappingURL=.*?\*/|//[#@] sourceMappingURL=\S+)")


def install_frontend(target: Path = STATIC / "vendor") -> None:
    """Fill ``target`` anew; it is swapped in whole, so a half-made folder is never served."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    copy_without_source_map(MODULES / "@tabler/core/dist/css/tabler.min.css", part / "tabler.min.css")
    copy_without_source_map(find_htmx(), part / "htmx-2.min.js")
    for subset in INTER_SUBSETS:
        name = f"inter-{subset}-wght-normal.woff2"
        shutil.copyfile(MODULES / "@fontsource-variable/inter/files" / name, part / name)
    (part / "icons.svg").write_text(build_sprite(), encoding="utf-8")
    if target.is_symlink():
        target.unlink()
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


def copy_without_source_map(source: Path, target: Path) -> None:
    """Copy a text file, dropping the comment that names its source map: the map is not shipped."""
    target.write_text(SOURCE_MAP_COMMENT.sub("", source.read_text(encoding="utf-8")), encoding="utf-8")


def find_htmx() -> Path:
    """The htmx 2 script inside the installed django-htmx."""
    spec = importlib.util.find_spec("django_htmx")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("django-htmx is not installed: run make first.")
    return Path(spec.submodule_search_locations[0]) / "static/django_htmx/htmx-2.min.js"


def read_icon_names(text: str) -> dict[str, str]:
    """Our icon name → Tabler icon name, from the lines of ``static/icons.txt``."""
    lines = (line.split("#")[0].split() for line in text.splitlines())
    return {words[0]: words[1] for words in lines if len(words) == 2}


def build_sprite() -> str:
    """One SVG with a ``<symbol>`` for every icon and every segment mark.

    Strokes carry no width or colour of their own: they follow the CSS of the place that uses them.
    """
    outline = MODULES / "@tabler/icons/icons/outline"
    symbols = []
    for name, tabler_name in read_icon_names((STATIC / "icons.txt").read_text(encoding="utf-8")).items():
        drawing = (outline / f"{tabler_name}.svg").read_text(encoding="utf-8")
        shapes = INVISIBLE_FRAME.sub("", drawing.split(">", 1)[1].rsplit("</svg>", 1)[0])
        shapes = re.sub(r"\s*\n\s*", "", shapes).replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    marks = re.findall(r"<symbol.*?</symbol>", (STATIC / "segment-marks.svg").read_text(encoding="utf-8"))
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols + marks) + "\n</svg>\n"


if __name__ == "__main__":
    if not MODULES.is_dir():
        sys.exit("node_modules is missing: run make vendor.")
    install_frontend()
