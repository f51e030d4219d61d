#!/usr/bin/env python3
"""Edits plots and risk areas as QGIS does from 3.32 on.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 tests/field/qgis_edit.py URL TOKEN

URL is a running server's address with plots and risk areas, TOKEN a provincial officer's that may write. Needs Debian's
python3-qgis with qgis-providers (3.22 or later). The layers, features and forms are QGIS's own, and so is what it
writes of them (`QgsJsonExporter`); the requests, which QGIS 3.22 does not send yet, are those of its later provider.
"""

import base64
import json
import sys
import urllib.error
import urllib.request

from qgis.core import QgsApplication, QgsFeature, QgsFeatureRequest, QgsJsonExporter, QgsVectorLayer

URL, TOKEN = sys.argv[1].rstrip("/"), sys.argv[2]
HEAD = {"Authorization": "Basic " + base64.b64encode(f"ai:{TOKEN}".encode()).decode()}
WHOLE, PART = "application/geo+json", "application/merge-patch+json"


def sent(method, address, expected, body=None, kind=WHOLE):
    """Sends a request; the answer's headers and body, or the end where its status is another."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address, data, {**HEAD, "Content-Type": kind}, method=method)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refused:
        answer = refused
    text = answer.read().decode()
    if answer.status != expected:
        sys.exit(f"{method} {address}: {answer.status}, not {expected}: {text[:400]}")
    return answer.headers, text


def exported(feature, id=None):
    """A feature as the provider makes it ready to be sent."""
    exporter = QgsJsonExporter()
    exporter.setTransformGeometries(False)
    told = json.loads(exporter.exportFeature(feature))
    for name in ("id", "bbox"):
        told.pop(name, None)
    told["properties"].pop("id", None)
    return {**told, "id": id} if id else told


def edited(collection, noted, new):
    """Changes the first feature of a layer in each way, and adds and deletes one like it."""
    uri = f"url='{URL}/ogc' typename='{collection}' pageSize='50' maxNumFeatures='' username='ai' password='{TOKEN}'"
    layer = QgsVectorLayer(uri, collection, "OAPIF")
    items = f"{URL}/ogc/collections/{collection}/items"
    allowed, _ = sent("OPTIONS", items, 204)
    assert "POST" in allowed["Allow"], allowed["Allow"]
    feature = next(layer.getFeatures(QgsFeatureRequest().setLimit(1)))
    own = f"{items}/{feature.attribute('id')}"
    allowed, _ = sent("OPTIONS", own, 204)
    assert all(method in allowed["Allow"] for method in ("PUT", "PATCH", "DELETE")), allowed["Allow"]
    told = exported(feature, feature.attribute("id"))
    if collection == "risk_areas":
        sent("PUT", own, 204, told)
    else:
        # Plots hold a time, which QGIS writes without an offset: given back whole it is local. Derived ones are as they were.
        told["properties"]["detected_at"] += "Z"
        sent("PUT", own, 204, told)
    sent("PATCH", own, 204, {"properties": {noted: "sửa trong QGIS"}}, PART)
    sent("PATCH", own, 204, {"geometry": told["geometry"]}, PART)
    properties = json.loads(sent("GET", own, 200)[1])["properties"]
    assert properties[noted] == "sửa trong QGIS", properties
    made = QgsFeature(layer.fields())
    made.setGeometry(feature.geometry())
    for name, value in new(feature).items():
        made.setAttribute(name, value)
    head, _ = sent("POST", items, 201, exported(made))
    added = f"{items}/{head['Location'].rsplit('/items/', 1)[1]}"
    properties = json.loads(sent("GET", added, 200)[1])["properties"]
    sent("DELETE", added, 400)
    sent("DELETE", f"{added}?reason=th%E1%BB%AD", 204)
    print(f"{collection}: changed by PUT and PATCH, added by POST, deleted with a reason")
    return properties


def main():
    application = QgsApplication([], False)
    application.initQgis()
    plot = edited("plots", "notes", lambda _: {
        "crop": "opium_poppy", "detected_at": "2026-02-25T10:15:00", "detected_by": "patrol", "plants": 12, "plants_method": "counted",
    })
    assert plot["detected_at"] == "2026-02-25T03:15:00Z", plot["detected_at"]
    derived = ("id", "version", "area_ha", "code")
    edited("risk_areas", "name", lambda area: {
        "code": "QGIS-1", **{name: area.attribute(name) for name in area.fields().names() if name not in derived},
    })


main()
