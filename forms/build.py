#!/usr/bin/env python3
"""Builds the XForms of the phones from the XLSForms beside this script (pyxform's Markdown layout).

pip install pyxform==4.5.0; forms/build.py writes forms/*.xml, which are checked in and compiled into the server.
With --check nothing is written; the exit code says whether the checked-in files are what the sources give.
A form that changes gets another version in its settings, and the old one stays known in src/ingest/openrosa/forms.rs:
phones that have not seen a network for weeks send what they filled in by the old one.
"""
import pathlib
import sys

from pyxform.xls2xform import convert

HERE = pathlib.Path(__file__).parent


def main() -> int:
    check, stale = "--check" in sys.argv[1:], []
    for source in sorted(HERE.glob("*.md")):
        if source.stem == "README":
            continue
        built = convert(xlsform=source.read_text(encoding="utf-8"), validate=False, form_name="data", pretty_print=True)
        for warning in built.warnings:
            print(f"{source.name}: {warning}", file=sys.stderr)
        target = source.with_suffix(".xml")
        xform = built.xform if built.xform.endswith("\n") else built.xform + "\n"
        if check:
            if not target.exists() or target.read_text(encoding="utf-8") != xform:
                stale.append(target.name)
        else:
            target.write_text(xform, encoding="utf-8")
    for name in stale:
        print(f"{name}: run forms/build.py", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
