// Where a map was left, as an address holds it: zoom, latitude and longitude, so that a view can be sent.

export interface View {
	zoom: number;
	center: [number, number];
}

/** A view as text: `11.25/22.34120/104.12345`, about a metre exact. */
export const writeView = (zoom: number, center: { lng: number; lat: number }): string =>
	`${zoom.toFixed(2)}/${center.lat.toFixed(5)}/${center.lng.toFixed(5)}`;

/** Reads such a text; none where somebody typed something else. */
export function readView(text: string | null | undefined): View | null {
	const found = /^(\d{1,2}(?:\.\d{1,2})?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/.exec(text ?? "");
	const [zoom = 0, lat = 0, lon = 0] = (found?.slice(1) ?? []).map(Number);
	return found && zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180
		? { zoom, center: [lon, lat] }
		: null;
}
