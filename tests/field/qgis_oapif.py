#!/usr/bin/env python3
"""Opens layers of OGC API – Features in QGIS without a screen, compares what QGIS pages with what the server counts, and
draws them.

    QT_QPA_PLATFORM=offscreen python3 tests/field/qgis_oapif.py URL TOKEN [PICTURE.png]

URL is a running server's address, TOKEN an officer's. Needs Debian's python3-qgis with qgis-providers (3.22 or later)
and the system's own Python.
"""

import base64
import json
import sys
import urllib.request

from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsFeatureRequest, QgsFillSymbol, QgsLineSymbol, QgsMapRendererParallelJob,
    QgsMapSettings, QgsMarkerSymbol, QgsRectangle, QgsSingleSymbolRenderer, QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

LAYERS = ("communes", "risk_areas", "patrols", "plots")


def counted(url, token, collection):
    """What the server says, page by page."""
    head = {"Authorization": "Basic " + base64.b64encode(f"ai:{token}".encode()).decode()}
    address, ids = f"{url}/ogc/collections/{collection}/items?limit=7", set()
    while address:
        page = json.load(urllib.request.urlopen(urllib.request.Request(address, headers=head)))
        ids |= {feature["id"] for feature in page["features"]}
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    return len(ids)


def opened(url, token, collection, page_size=7):
    uri = f"url='{url}/ogc' typename='{collection}' pageSize='{page_size}' maxNumFeatures='' username='ai' password='{token}'"
    return QgsVectorLayer(uri, collection, "OAPIF")


def styled(layer, collection):
    symbol = {
        "communes": lambda: QgsFillSymbol.createSimple({"color": "#f6f8f6", "outline_color": "#24443a", "outline_width": "0.3"}),
        "risk_areas": lambda: QgsFillSymbol.createSimple({"color": "#e8b45a", "outline_color": "#9a6a10"}),
        "patrols": lambda: QgsLineSymbol.createSimple({"color": "#2f8a8c", "width": "0.3"}),
        "plots": lambda: QgsMarkerSymbol.createSimple({"color": "#b8483a", "size": "1.8", "outline_color": "#ffffff"}),
    }[collection]()
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    return layer


def drawn(layers, file):
    settings = QgsMapSettings()
    settings.setLayers(list(reversed(layers)))
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(1200, 900))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    around = QgsRectangle()
    for feature in layers[0].getFeatures():
        around.combineExtentWith(feature.geometry().boundingBox())
    around.scale(1.05)
    settings.setExtent(around)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(file)


def main():
    url, token = sys.argv[1].rstrip("/"), sys.argv[2]
    application = QgsApplication([], False)
    application.initQgis()
    wrong, layers = [], []
    for collection in LAYERS:
        layer = opened(url, token, collection)
        if not layer.isValid():
            wrong.append(f"{collection}: QGIS finds the layer invalid: {layer.error().summary()}")
            continue
        known = counted(url, token, collection)
        paged = sum(1 for _ in layer.getFeatures())
        names = [field.name() for field in layer.fields()]
        print(f"{collection}: {paged} of {known} features, {len(names)} fields, {layer.crs().authid()}")
        if paged != known:
            wrong.append(f"{collection}: QGIS paged {paged} of {known} features")
        layers.append(styled(layer, collection))
    plots = opened(url, token, "plots")
    poppy = QgsFeatureRequest().setFilterExpression("\"crop\" = 'opium_poppy'")
    all_plots = [feature["crop"] for feature in plots.getFeatures()]
    filtered = sum(1 for _ in plots.getFeatures(poppy))
    if filtered != all_plots.count("opium_poppy"):
        wrong.append(f"plots: a filter gives {filtered} of {all_plots.count('opium_poppy')}")
    if opened(url, "no-token", "plots").isValid():
        wrong.append("plots: opened without a token")
    if len(sys.argv) > 3 and layers:
        drawn(layers, sys.argv[3])
    application.exitQgis()
    print("\n".join(wrong) or "QGIS: ok")
    sys.exit(1 if wrong else 0)


main()
