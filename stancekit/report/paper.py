"""The brief as a value, and as text, HTML and JSON from one content."""

from __future__ import annotations

import html
import json
import math
import re
import textwrap
from typing import Any

from attrs import field, frozen

from stancekit.report.words import Section

__all__ = ["Brief"]


@frozen(repr=False)
class Brief:
    """A brief on one day of a dossier.

    Attributes
    ----------
    title : str
    sections : tuple of Section
        What is printed.
    data : dict
        The same content as plain values, for JSON.
    """

    title: str
    sections: tuple[Section, ...]
    data: dict[str, Any] = field(eq=False)

    def text(self, width: int = 96) -> str:
        """Write the brief as plain text, no line longer than ``width`` where words allow."""
        lines = [*_wrapped(self.title, width), "=" * min(len(self.title), width), ""]
        for section in self.sections:
            lines += [*_wrapped(section.title, width), "-" * min(len(section.title), width)]
            for paragraph in section.paragraphs:
                lines += _wrapped(paragraph, width)
            for point in section.points:
                lines += _wrapped(point, width, initial_indent="- ", subsequent_indent="  ")
            lines.append("")
        return "\n".join(lines)

    def html(self) -> str:
        """Write the brief as one page of HTML without scripts or outside resources."""
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
            '<meta name="viewport" content="width=device-width"/>'
            f"<title>{html.escape(self.title)}</title><style>{_STYLE}</style></head>\n"
            f"<body>{self._repr_html_()}</body></html>\n"
        )

    def json(self) -> str:
        """Write the content as JSON; what is not a number is null."""
        return json.dumps(_plain(self.data), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def _repr_html_(self) -> str:
        parts = [f"<h1>{html.escape(self.title)}</h1>"]
        for section in self.sections:
            parts.append(f"<h2>{html.escape(section.title)}</h2>")
            parts += [f"<p>{_linked(paragraph)}</p>" for paragraph in section.paragraphs]
            if section.points:
                items = "\n".join(f"<li>{_linked(point)}</li>" for point in section.points)
                parts.append(f"<ul>\n{items}\n</ul>")
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"Brief({self.title!r}, {len(self.sections)} sections)"


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;"
    "overflow-wrap:anywhere}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;border-bottom:1px solid #bbb;margin-top:2rem}"
    "ul{padding-left:1.2rem}li{margin:.2rem 0}span{white-space:nowrap}"
)


def _wrapped(text: str, width: int, **indents: str) -> list[str]:
    """Lines that break at spaces only, so that ids and addresses stay whole."""
    return textwrap.wrap(
        text,
        width,
        break_long_words=False,
        break_on_hyphens=False,
        **indents,  # type: ignore[arg-type]
    )


def _linked(text: str) -> str:
    """Text for a page; addresses of the web become links, and days and ids stay on one line."""

    def dressed(match: re.Match[str]) -> str:
        whole = match[0]
        return f'<a href="{whole}">{whole}</a>' if match[1] else f"<span>{whole}</span>"

    return re.sub(
        r"(https?://[^\s<>\"']+)|(?<!\S)\S*\d-\d\S*", dressed, html.escape(text, quote=False)
    )


def _plain(value: Any) -> Any:
    """Values that JSON knows; nan becomes null."""
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
