"""The bill of materials is valid CycloneDX 1.5, by the published schema."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing

from bundle.sbom import bill
from bundle.vendor import LOCK, ROW, Library

SCHEMAS = Path(__file__).parents[1] / "data" / "cyclonedx"
TIME = 1760000000  # s since 1970
LIBRARIES = [
    Library(name=name, version=version, sha256=sha256, licence="MIT", licence_text=b"", files={})
    for name, version, sha256 in ROW.findall(LOCK.read_text())
]


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text())


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    licences = referencing.Resource.from_contents(schema("spdx.schema.json"))
    registry = referencing.Registry().with_resource(licences.id() or "", licences)
    return jsonschema.Draft7Validator(schema("bom-1.5.schema.json"), registry=registry)


def errors(validator: jsonschema.Draft7Validator, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message:.200}" for error in validator.iter_errors(document)]


def sbom() -> Any:
    return json.loads(bill("1.2.3", LIBRARIES, TIME).content)


def test_the_bill_is_valid(validator: jsonschema.Draft7Validator) -> None:
    assert LIBRARIES
    assert errors(validator, sbom()) == []


def test_the_bill_of_a_release_is_valid(validator: jsonschema.Draft7Validator, unpacked: Path) -> None:
    assert errors(validator, json.loads((unpacked / "sbom.cdx.json").read_text())) == []


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda bom: bom["components"][0]["licenses"][0]["license"].update(id="MTI"), "licenses"),
        (lambda bom: bom["components"][0]["hashes"][0].update(alg="SHA256"), "hashes"),
        (lambda bom: bom["components"][0]["hashes"][0].update(content="12"), "hashes"),
        (lambda bom: bom["components"][0].pop("type"), "components"),
        (lambda bom: bom["components"][0].update(homepage=""), "components"),
        (lambda bom: bom["components"].append(bom["components"][0]), "components"),
        (lambda bom: bom.update(specVersion=1.5), "specVersion"),
    ],
    ids=["licence", "algorithm", "hash", "no type", "unknown key", "twice", "version"],
)
def test_the_schema_finds_a_fault(
    validator: jsonschema.Draft7Validator, spoil: Callable[[Any], Any], where: str
) -> None:
    document = copy.deepcopy(sbom())
    spoil(document)
    found = errors(validator, document)
    assert len(found) == 1
    assert where in found[0]


def test_references_are_unique_and_those_of_dependencies_exist() -> None:
    document = sbom()
    parts = [document["metadata"]["component"], *document["components"]]
    references = [part["bom-ref"] for part in parts]
    assert len({*references}) == len(references)
    for row in document["dependencies"]:
        assert {row["ref"], *row["dependsOn"]} <= {*references}


def test_the_timestamp_has_its_zone_and_package_urls_have_their_form() -> None:
    document = sbom()
    assert datetime.fromisoformat(document["metadata"]["timestamp"]).timestamp() == TIME
    assert all(re.fullmatch(r"pkg:pypi/[a-z0-9.-]+@[\w.]+", part["purl"]) for part in document["components"])
