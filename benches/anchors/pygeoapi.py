#!/usr/bin/env python3
"""Pages through the same features by OGC API – Features: this server beside pygeoapi.

    benches/anchors/pygeoapi.py URL TOKEN [PLOTS]

URL is a running server's address, TOKEN a provincial officer's. Where the server holds fewer than PLOTS plots, made-up
ones are recorded first. The plots are then read page by page (1,000 at a time, one client, one request after the
other), written as a GeoPackage and as GeoJSON, and read again from pygeoapi over each of the two. Ids and areas must
agree on both sides. Needs pygeoapi, requests and ogr2ogr; pygeoapi is started here, on a free port, by its own
production advice (gunicorn) where that is installed, and by `pygeoapi serve` otherwise.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import requests

PAGE = 1000
ROUNDS = 3


def record(url, token, wanted):
    """Records plots until there are enough."""
    head = {"Authorization": f"Bearer {token}"}
    known = requests.get(f"{url}/ogc/collections/plots/items?limit=1", headers=head).json()["numberMatched"]
    numbers = list(range(known, wanted))

    def work():
        with requests.Session() as session:
            while True:
                try:
                    n = numbers.pop()
                except IndexError:
                    return
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
                session.put(f"{url}/api/v1/plots/{own}", json=plot, headers=head).raise_for_status()

    workers = [threading.Thread(target=work) for _ in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def pages(first, head):
    """Every feature, and how many a second came; the bytes are parsed after the clock has stopped."""
    best, features = 0.0, []
    for _ in range(ROUNDS):
        with requests.Session() as session:
            session.headers.update(head)
            # On one machine packing costs both sides more than it saves.
            session.headers["Accept-Encoding"] = "identity"
            texts, address, spent = [], first, 0.0
            while address:
                began = time.perf_counter()
                answer = session.get(address)
                text = answer.content
                spent += time.perf_counter() - began
                answer.raise_for_status()
                page = json.loads(text)
                texts.append(page)
                address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
                if not page["features"]:
                    address = None
        features = [feature for page in texts for feature in page["features"]]
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
            requests.get(base, timeout=1)
            break
        except requests.RequestException:
            time.sleep(0.1)
    return process, f"{base}/collections/plots/items?f=json&limit={PAGE}"


def main():
    url, token = sys.argv[1].rstrip("/"), sys.argv[2]
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
    record(url, token, wanted)
    ours, own = pages(f"{url}/ogc/collections/plots/items?limit={PAGE}", {"Authorization": f"Bearer {token}"})
    print(f"tuantra: {len(ours)} features, {own:,.0f} features/s")
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
                theirs, other = pages(first, {})
            finally:
                process.terminate()
                process.wait()
            same = {feature["properties"]["uid"]: feature["properties"]["area_m2"] for feature in theirs} == told
            print(f"pygeoapi over {name}: {len(theirs)} features, {other:,.0f} features/s; the same features: {same}; ratio {own / other:.1f}")
            if not same:
                sys.exit(1)


main()
