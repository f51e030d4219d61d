#!/usr/bin/env python3
"""Pages through the same features by OGC API – Features: this server beside pygeoapi.

    benches/anchors/pygeoapi.py URL TOKEN [PLOTS]

URL is a running server's address, TOKEN a provincial officer's. Where the server holds fewer than PLOTS plots, made-up
ones are recorded first (start it with requests_per_second raised). The plots are then read page by page (1,000 at a
time, one client, one request after the other), written as a GeoPackage and as GeoJSON, and read again from pygeoapi
over each of the two. Here they are read twice over: right after a plot was recorded, when no page that was written
before may be given again, and again with nothing changed.

The clock runs from a request to the last byte of its answer, and while the next link is looked for; features are parsed
when all pages of a round are there, on both sides. Ids and areas must agree. Needs pygeoapi and ogr2ogr; pygeoapi is
started here, on a free port, by its own production advice (gunicorn) where that is installed, and by `pygeoapi serve`
otherwise.

The jobs of plots that were recorded last are waited for before the second reading; where many were recorded, run it a
second time.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid

PAGE = 1000
ROUNDS = 3
# Jobs of plots that were recorded last change pages once more.
SETTLED_S = 20
# A provider that reads its whole file for each page takes minutes for a round of more.
MANY = 50_000
# Some link on from the last page to one without features.
EMPTY = re.compile(rb'"features": ?\[\]')
NEXT = re.compile(rb'\{[^{}]*"rel": ?"next"[^{}]*\}')


def connected(url):
    """A connection to the server of an address, on which one request follows the other."""
    return http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)


def asked(connection, method, path, head, body=None):
    """The bytes of an answer."""
    connection.request(method, path, body, head)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text[:200]!r}")
    return text


def put_plot(connection, head, n):
    """Records a made-up plot."""
    plot = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [103 + (n * 7919 % 100000) / 50000, 21.5 + (n * 104729 % 100000) / 100000]},
        "properties": {
            "crop": "opium_poppy", "detected_at": "2026-02-25T10:15:00+07:00", "detected_by": "patrol",
            "plants": n % 900, "plants_method": "counted", "area_m2": n % 700 + 1.5, "area_method": "tape",
        },
    }
    stamp = int(time.time() * 1000)
    own = uuid.UUID(int=(stamp << 80) | (7 << 76) | (2 << 62) | (uuid.uuid4().int & ((1 << 62) - 1)))
    asked(connection, "PUT", f"/api/v1/plots/{own}", {**head, "Content-Type": "application/json"}, json.dumps(plot))


def record(url, head, wanted):
    """Records plots until there are enough; how many there are."""
    first = asked(connected(url), "GET", "/ogc/collections/plots/items?limit=1", head)
    known = json.loads(first)["numberMatched"]
    numbers = list(range(known, wanted))

    def work():
        connection = connected(url)
        while True:
            try:
                n = numbers.pop()
            except IndexError:
                return
            put_plot(connection, head, n)

    workers = [threading.Thread(target=work) for _ in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return max(known, wanted)


def pages(first, head, rounds, before=lambda: None):
    """Every feature, and how many a second came in the best round; `before` runs ahead of each."""
    # On one machine packing costs both sides more than it saves.
    head = {**head, "Accept-Encoding": "identity"}
    best, features = 0.0, []
    for _ in range(rounds):
        before()
        connection = connected(first)
        texts, address = [], first
        began = time.perf_counter()
        while address:
            parts = urllib.parse.urlsplit(address)
            text = asked(connection, "GET", f"{parts.path}?{parts.query}", head)
            texts.append(text)
            link = NEXT.search(text, text.rfind(b'"links"'))
            address = json.loads(link.group())["href"] if link and not EMPTY.search(text, 0, 200) else None
        spent = time.perf_counter() - began
        features = [feature for text in texts for feature in json.loads(text)["features"]]
        best = max(best, len(features) / spent)
    return features, best


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def pygeoapi(folder, provider):
    """Starts pygeoapi over one provider; the process and the collection's address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    config = {
        "server": {"bind": {"host": "127.0.0.1", "port": port}, "url": base, "mimetype": "application/json; charset=UTF-8", "encoding": "utf-8",
                   "gzip": False, "languages": ["en-US"], "pretty_print": False, "limits": {"default_items": 10, "max_items": PAGE},
                   "map": {"url": "https://tile.invalid/{z}/{x}/{y}.png", "attribution": "none"}},
        "logging": {"level": "ERROR"},
        "metadata": {"identification": {"title": "x", "description": "x", "keywords": ["x"], "keywords_type": "theme", "terms_of_service": "x", "url": "http://x.invalid"},
                     "license": {"name": "x", "url": "http://x.invalid"}, "provider": {"name": "x", "url": "http://x.invalid"}, "contact": {"name": "x", "url": "http://x.invalid", "email": "x@x.invalid"}},
        "resources": {"plots": {"type": "collection", "title": "plots", "description": "x", "keywords": ["x"],
                                "extents": {"spatial": {"bbox": [102, 6, 118, 24], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
                                "links": [], "providers": [provider]}},
    }
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    beside = pathlib.Path(sys.executable).parent
    env = {**os.environ, "PYGEOAPI_CONFIG": str(file), "PYGEOAPI_OPENAPI": str(folder / "openapi.json"), "PATH": f"{beside}:{os.environ['PATH']}"}
    subprocess.run([beside / "pygeoapi", "openapi", "generate", str(file), "--format", "json", "--output-file", str(folder / "openapi.json")],
                   env=env, check=True, stdout=subprocess.DEVNULL)
    gunicorn = shutil.which("gunicorn", path=env["PATH"])
    command = [gunicorn, "-w", "2", "-b", f"127.0.0.1:{port}", "pygeoapi.flask_app:APP"] if gunicorn else [beside / "pygeoapi", "serve"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            asked(connected(base), "GET", "/", {})
            break
        except OSError:
            time.sleep(0.1)
    return process, f"{base}/collections/plots/items?f=json&limit={PAGE}"


def main():
    url, token = sys.argv[1].rstrip("/"), sys.argv[2]
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
    head = {"Authorization": f"Bearer {token}"}
    numbers = iter(range(record(url, head, wanted - ROUNDS), sys.maxsize))
    first = f"{url}/ogc/collections/plots/items?limit={PAGE}"
    _, changed = pages(first, head, ROUNDS, lambda: put_plot(connected(url), head, next(numbers)))
    time.sleep(SETTLED_S)
    ours, again = pages(first, head, ROUNDS)
    print(f"tuantra: {len(ours)} features, {changed:,.0f} features/s right after a change, {again:,.0f} unchanged", flush=True)
    told = {feature["id"]: feature["properties"]["area_m2"] for feature in ours}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for feature in ours:
            feature["properties"]["uid"] = feature["id"]
        (folder / "plots.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": ours}))
        subprocess.run(["ogr2ogr", "-f", "GPKG", folder / "plots.gpkg", folder / "plots.geojson", "-nln", "plots", "-unsetFid"], check=True)
        for name, provider in (
            ("GeoPackage (SQLite)", {"type": "feature", "name": "SQLiteGPKG", "data": str(folder / "plots.gpkg"), "id_field": "fid", "table": "plots"}),
            ("GeoJSON", {"type": "feature", "name": "GeoJSON", "data": str(folder / "plots.geojson"), "id_field": "id"}),
        ):
            process, first = pygeoapi(folder, provider)
            try:
                whole_file = name == "GeoJSON" and len(ours) > MANY
                theirs, other = pages(first, {}, 1 if whole_file else ROUNDS)
            finally:
                process.terminate()
                process.wait()
            same = {feature["properties"]["uid"]: feature["properties"]["area_m2"] for feature in theirs} == told
            print(f"pygeoapi over {name}: {len(theirs)} features, {other:,.0f} features/s; the same features: {same}; "
                  f"ratio {changed / other:.1f} right after a change, {again / other:.1f} unchanged", flush=True)
            if not same:
                sys.exit(1)


main()
