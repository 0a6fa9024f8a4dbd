"""Results as JSON, and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import pytest
from flask_babel.speaklater import LazyString

from relay.domain.model import Quantity
from relay.service.json_codec import json_lines, json_of, json_text, read_json, schemas_of
from relay.text import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A result with a day, something absent, and units that may be whole."""

    on: date
    units: Quantity
    note: str | None = None


HELD = (Held(on=date(2024, 6, 30), units=2), Held(on=date(2024, 7, 1), units=1.5, note="twins"))
WRITTEN = '[{"on": "2024-06-30", "units": 2, "note": null}, {"on": "2024-07-01", "units": 1.5, "note": "twins"}]'


def test_a_result_is_json_and_comes_back_as_it_was_whole_numbers_whole() -> None:
    assert json.dumps(json_of(HELD)) == WRITTEN
    assert read_json(tuple[Held, ...], WRITTEN.encode()) == HELD
    assert json.dumps(json_of(read_json(tuple[Held, ...], WRITTEN.encode()))) == WRITTEN


def test_a_sentence_is_text_that_of_a_page_too() -> None:
    of_a_page = LazyString(lambda: "Find")

    assert json_of({"said": Sentence("There is no gift %(gift_id)s.", gift_id="G9"), "button": of_a_page}) == {
        "said": "There is no gift G9.",
        "button": "Find",
    }


def test_rows_made_late_are_a_list_and_what_nobody_can_write_is_refused() -> None:
    assert json_text(map(str, (1, 2))) == '["1","2"]'
    with pytest.raises(TypeError, match="object"):
        json_text(object())


@pytest.mark.parametrize("ascii_only", [False, True])
def test_what_a_reader_gets_has_a_value_a_line_indented_by_two(*, ascii_only: bool) -> None:
    result = {"name": 'सीता {1, [2]} "3"\n', "none": [], "units": [2, 0.5, 1e-7, None], "of": {"a": {}, "b": True}}

    assert json_lines(result, ascii_only=ascii_only) == json.dumps(result, ensure_ascii=ascii_only, indent=2)
    assert json_lines(HELD[:1], ascii_only=ascii_only).splitlines() == [
        *("[", "  {", '    "on": "2024-06-30",', '    "units": 2,', '    "note": null', "  }", "]")
    ]


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"on": "soon", "units": 2}', b'{"on": "2024-06-30"}'])
def test_what_is_not_of_its_type_is_told(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(Held, text)


def test_a_schema_asks_for_every_field_since_every_field_is_written() -> None:
    schemas, components = schemas_of([tuple[Held, ...]])

    assert schemas == ({"type": "array", "items": {"$ref": "#/components/schemas/Held"}},)
    assert components["Held"]["required"] == ["on", "units", "note"]
    assert components["Held"]["properties"]["units"] == {"type": "number"}
