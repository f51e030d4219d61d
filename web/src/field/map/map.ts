/** The map on the phone: what was taken along, drawn from memory. No tile and no glyph comes from anywhere else. */

import { LngLatBounds, Map as Drawing, setWorkerUrl } from 'maplibre-gl';
import type { GeoJSONSource, StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { KnownPlot } from '../core/plots';
import type { Drawn } from '../core/prepare';
import type { Fix, Walk } from '../core/track';
import { fontFaces } from '../../lib/map/fonts';

setWorkerUrl(workerUrl);

export interface Shown {
  communes: readonly Drawn[];
  risk: readonly Drawn[];
  plots: readonly KnownPlot[];
  walk: Walk;
  fix: Fix | null;
}

export interface FieldMap {
  show: (what: Shown) => void;
  goTo: (place: { lon: number; lat: number }) => void;
  remove: () => void;
}

type Features = { type: 'FeatureCollection'; features: unknown[] };
const collection = (features: unknown[]): Features => ({ type: 'FeatureCollection', features });
const empty = { type: 'geojson', data: collection([]) } as const;

function style(): StyleSpecification {
  return {
    version: 8,
    'font-faces': fontFaces(),
    sources: { communes: empty, risk: empty, plots: empty, walk: empty, gaps: empty, here: empty },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#16302a' } },
      { id: 'commune', type: 'fill', source: 'communes', paint: { 'fill-color': '#20443a' } },
      { id: 'risk', type: 'fill', source: 'risk', paint: { 'fill-color': '#e88a3c', 'fill-opacity': 0.28 } },
      { id: 'risk-edge', type: 'line', source: 'risk', paint: { 'line-color': '#f8c46a', 'line-width': 1.2 } },
      { id: 'commune-edge', type: 'line', source: 'communes', paint: { 'line-color': '#cfe3d9', 'line-width': 1.5 } },
      { id: 'walk', type: 'line', source: 'walk', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#ffd24a', 'line-width': 4 } },
      { id: 'gaps', type: 'line', source: 'gaps', paint: { 'line-color': '#ffd24a', 'line-width': 2, 'line-dasharray': [1, 2] } },
      {
        id: 'plots',
        type: 'circle',
        source: 'plots',
        paint: {
          'circle-radius': 9,
          'circle-color': ['case', ['get', 'due'], '#ff6b57', '#ffffff'],
          'circle-stroke-color': '#10231c',
          'circle-stroke-width': 2,
        },
      },
      {
        id: 'plot-names',
        type: 'symbol',
        source: 'plots',
        layout: { 'text-field': ['get', 'code'], 'text-font': ['Be Vietnam Pro'], 'text-size': 14, 'text-offset': [0, 1.2] },
        paint: { 'text-color': '#ffffff', 'text-halo-color': '#10231c', 'text-halo-width': 2 },
      },
      {
        id: 'commune-names',
        type: 'symbol',
        source: 'communes',
        layout: { 'text-field': ['get', 'name'], 'text-font': ['Be Vietnam Pro'], 'text-size': 15 },
        paint: { 'text-color': '#cfe3d9', 'text-halo-color': '#10231c', 'text-halo-width': 2 },
      },
      { id: 'here', type: 'circle', source: 'here', paint: { 'circle-radius': 8, 'circle-color': '#3fa7ff', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 3 } },
    ],
  };
}

const point = ({ lon, lat }: { lon: number; lat: number }, properties: object = {}): unknown => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [lon, lat] },
  properties,
});

const line = (fixes: readonly { lon: number; lat: number }[]): unknown => ({
  type: 'Feature',
  geometry: { type: 'LineString', coordinates: fixes.map(({ lon, lat }) => [lon, lat]) },
  properties: {},
});

function gapsOf(walk: Walk): unknown[] {
  return walk.legs.slice(1).flatMap((leg, index) => {
    const [from, to] = [walk.legs[index]?.fixes.at(-1), leg.fixes[0]];
    return from && to ? [line([from, to])] : [];
  });
}

function extent(what: Shown): LngLatBounds | null {
  const bounds = new LngLatBounds();
  const walkThrough = (value: unknown): void => {
    if (Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number') {
      bounds.extend([value[0], value[1]]);
    } else if (Array.isArray(value)) {
      value.forEach(walkThrough);
    }
  };
  for (const drawn of what.communes) {
    walkThrough((drawn.geometry as { coordinates?: unknown } | null)?.coordinates);
  }
  for (const plot of what.plots) {
    bounds.extend([plot.lon, plot.lat]);
  }
  if (what.fix && bounds.isEmpty()) {
    bounds.extend([what.fix.lon, what.fix.lat]);
  }
  return bounds.isEmpty() ? null : bounds;
}

/** Draws into an element; refuses where the phone has no WebGL. */
export async function draw(element: HTMLElement, choose: (plot: string) => void): Promise<FieldMap> {
  const map = new Drawing({
    container: element,
    style: style(),
    center: [103.9, 22.4],
    zoom: 9,
    attributionControl: false,
    fadeDuration: 0,
    dragRotate: false,
  });
  await new Promise<void>((resolve, reject) => {
    map.once('load', () => resolve());
    map.once('error', (event) => reject(event.error));
  });
  map.on('click', 'plots', (event) => {
    const id = event.features?.[0]?.properties.id as string | undefined;
    if (id) {
      choose(id);
    }
  });
  let isFitted = false;
  const set = (source: string, features: unknown[]): void => {
    map.getSource<GeoJSONSource>(source)?.setData(collection(features) as never);
  };
  return {
    show(what) {
      set('communes', [...what.communes]);
      set('risk', [...what.risk]);
      set('plots', what.plots.map((plot) => point(plot, { id: plot.id, code: plot.code, due: plot.due_at !== null })));
      set('walk', what.walk.legs.filter((leg) => leg.fixes.length > 1).map((leg) => line(leg.fixes)));
      set('gaps', gapsOf(what.walk));
      set('here', what.fix ? [point(what.fix)] : []);
      const bounds = isFitted ? null : extent(what);
      if (bounds) {
        isFitted = true;
        map.fitBounds(bounds, { padding: 40, maxZoom: 15, duration: 0 });
      }
    },
    goTo: ({ lon, lat }) => map.jumpTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 15) }),
    remove: () => map.remove(),
  };
}
