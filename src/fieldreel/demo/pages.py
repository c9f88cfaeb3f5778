"""What a browser reads of a page: its forms and its JSON blocks."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Form:
    """A form with its hidden fields."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """A page taken apart: `forms`, and `blocks`, the `<script type="application/json">` by their ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.blocks: dict[str, Any] = {}
        self._block: str | None = None
        self._text = ""
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """Everything between the tags, in one line: what a refusal says."""
        return " ".join(self._text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, inputs and JSON blocks."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get").lower()))
        elif tag == "input" and self.forms and attributes.get("name"):
            self.forms[-1].fields[attributes["name"]] = attributes.get("value", "")
        elif tag == "script" and attributes.get("type") == "application/json":
            self._block = attributes.get("id", "")

    def handle_data(self, data: str) -> None:
        """Read a JSON block; keep other text."""
        if self._block is not None:
            self.blocks[self._block] = json.loads(data)
        else:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        """A block ends with its element."""
        if tag == "script":
            self._block = None
