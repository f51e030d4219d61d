/** A small map pack (PMTiles version 3): one vector tile with water all over it, a road across it and a named place. */

const varint = (value) => {
	const bytes = [];
	for (let rest = BigInt(value); ; rest >>= 7n) {
		const low = Number(rest & 127n);
		if (rest < 128n) return Buffer.from([...bytes, low]);
		bytes.push(low | 128);
	}
};
const bytesField = (field, content) =>
	Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
const numberField = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const packed = (field, values) => bytesField(field, Buffer.concat(values.map(varint)));
const zigzag = (value) => (value << 1) ^ (value >> 31);

const EXTENT = 4096;
const [POINT, LINE, POLYGON] = [1, 2, 3];

/** The commands that draw places after each other (Mapbox Vector Tile 2.1, §4.3). */
function commands(places, kind) {
	const [[x, y], ...rest] = places;
	const drawn = [9, zigzag(x), zigzag(y)];
	if (rest.length > 0) drawn.push((rest.length << 3) | 2);
	let [lastX, lastY] = [x, y];
	for (const [nextX, nextY] of rest) {
		drawn.push(zigzag(nextX - lastX), zigzag(nextY - lastY));
		[lastX, lastY] = [nextX, nextY];
	}
	return kind === POLYGON ? [...drawn, 15] : drawn;
}

function layer(name, kind, places, title) {
	const tags = title ? packed(2, [0, 0]) : Buffer.alloc(0);
	const feature = Buffer.concat([tags, numberField(3, kind), packed(4, commands(places, kind))]);
	const values = title
		? [bytesField(3, Buffer.from("name")), bytesField(4, bytesField(1, Buffer.from(title)))]
		: [];
	return bytesField(
		3,
		Buffer.concat([
			bytesField(1, Buffer.from(name)),
			bytesField(2, feature),
			...values,
			numberField(5, EXTENT),
			numberField(15, 2),
		]),
	);
}

/** The tile of that zoom around a place, and where within it the place lies. */
function tileOf([lon, lat], zoom) {
	const rad = (lat * Math.PI) / 180;
	const x = ((lon + 180) / 360) * 2 ** zoom;
	const y = ((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * 2 ** zoom;
	const within = (value) => Math.floor((value - Math.floor(value)) * EXTENT);
	return { x: Math.floor(x), y: Math.floor(y), at: [within(x), within(y)] };
}

/** The number of a tile on the curve of its zoom, after all tiles of coarser zooms (PMTiles 3, §4.1). */
function numberOf(zoom, column, row) {
	let number = 0;
	for (let coarser = 0; coarser < zoom; coarser++) number += 4 ** coarser;
	let [x, y] = [column, row];
	for (let half = 2 ** (zoom - 1); half >= 1; half /= 2) {
		const [right, below] = [Number((x & half) > 0), Number((y & half) > 0)];
		number += half * half * ((3 * right) ^ below);
		if (below === 0) {
			if (right === 1) [x, y] = [half - 1 - x, half - 1 - y];
			[x, y] = [y, x];
		}
	}
	return number;
}

/** A pack around a place that is so many bytes long, so that it takes several requests. */
export function pack(place, { zoom = 8, size = 700_000, attribution = "" } = {}) {
	const { x, y, at } = tileOf(place, zoom);
	const whole = [
		[0, 0],
		[EXTENT, 0],
		[EXTENT, EXTENT],
		[0, EXTENT],
	];
	const tile = Buffer.concat([
		layer("water", POLYGON, whole),
		layer("roads", LINE, [
			[0, at[1]],
			[EXTENT, at[1]],
		]),
		// Beside the middle, where another name may stand: one for a near look, one for a far one.
		layer("places", POINT, [[at[0], at[1] - 8]], "Bản Gần"),
		layer("peaks", POINT, [[at[0], at[1] - 250]], "Đỉnh Xa"),
	]);
	const directory = Buffer.concat([1, numberOf(zoom, x, y), 1, tile.length, 1].map(varint));
	const vector_layers = ["water", "roads", "places", "peaks"].map((id) => ({ id, fields: {} }));
	const about = Buffer.from(JSON.stringify({ vector_layers, attribution }));
	const head = Buffer.alloc(127);
	const rest = size - head.length - directory.length - about.length - tile.length;
	head.write("PMTiles\x03", "latin1");
	const sections = [
		[127, directory.length],
		[127 + directory.length, about.length],
		[0, 0],
		[127 + directory.length + about.length, tile.length + rest],
	];
	for (const [index, [from, length]] of sections.entries()) {
		head.writeBigUInt64LE(BigInt(from), 8 + 16 * index);
		head.writeBigUInt64LE(BigInt(length), 16 + 16 * index);
	}
	for (const [index, count] of [1, 1, 1].entries()) head.writeBigUInt64LE(BigInt(count), 72 + 8 * index);
	// Clustered; nothing is packed; vector tiles of one zoom.
	head.set([1, 1, 1, 1, zoom, zoom], 96);
	const edges = [place[0] - 1, place[1] - 1, place[0] + 1, place[1] + 1];
	for (const [index, degrees] of edges.entries())
		head.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * index);
	head[118] = zoom;
	head.writeInt32LE(Math.round(place[0] * 1e7), 119);
	head.writeInt32LE(Math.round(place[1] * 1e7), 123);
	return Buffer.concat([head, directory, about, tile, Buffer.alloc(rest, 7)]);
}
