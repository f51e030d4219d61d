// Pictures of screens in a palette of at most 256 colours: a third of the bytes, and no difference that a reader sees.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const COLOURS = 256;

/** Width, height and RGB bytes of a PNG of eight bits a channel, as browsers write them. */
export function decode(png) {
	if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error("this is no PNG");
	const parts = [];
	let [width, height, channels] = [0, 0, 0];
	for (let at = 8; at < png.length; ) {
		const length = png.readUInt32BE(at);
		const name = png.toString("latin1", at + 4, at + 8);
		const body = png.subarray(at + 8, at + 8 + length);
		if (name === "IHDR") {
			[width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
			channels = { 2: 3, 6: 4 }[body[9]];
			if (body[8] !== 8 || !channels || body[12] !== 0) throw new Error("this PNG is of another kind");
		}
		if (name === "IDAT") parts.push(body);
		at += length + 12;
	}
	const raw = inflateSync(Buffer.concat(parts));
	const line = width * channels;
	const rgb = Buffer.alloc(width * height * 3);
	let before = Buffer.alloc(line);
	for (let y = 0; y < height; y++) {
		const filter = raw[y * (line + 1)];
		const own = Buffer.from(raw.subarray(y * (line + 1) + 1, (y + 1) * (line + 1)));
		for (let x = 0; x < line; x++) {
			const left = x >= channels ? own[x - channels] : 0;
			const up = before[x];
			const corner = x >= channels ? before[x - channels] : 0;
			own[x] += [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
		}
		for (let x = 0; x < width; x++) own.copy(rgb, (y * width + x) * 3, x * channels, x * channels + 3);
		before = own;
	}
	return { width, height, rgb };
}

function paeth(left, up, corner) {
	const guess = left + up - corner;
	const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
	if (a <= b && a <= c) return left;
	return b <= c ? up : corner;
}

/** At most 256 colours that stand for all of a picture (median cut), by how often each is seen. */
function paletteOf(counts) {
	let boxes = [[...counts.keys()]];
	const channel = (colour, at) => (colour >> (16 - 8 * at)) & 255;
	const spread = (box) => {
		let widest = [0, -1];
		for (const at of [0, 1, 2]) {
			let [low, high] = [255, 0];
			for (const colour of box) {
				const value = channel(colour, at);
				low = Math.min(low, value);
				high = Math.max(high, value);
			}
			if (high - low > widest[1]) widest = [at, high - low];
		}
		return widest;
	};
	// What a box weighs: how far its colours lie apart, and by how many pixels that is seen.
	const weigh = (box) => {
		const [at, range] = spread(box);
		const seen = box.reduce((sum, colour) => sum + counts.get(colour), 0);
		return { box, at, weight: box.length > 1 ? range * Math.sqrt(seen) : 0 };
	};
	boxes = boxes.map(weigh);
	while (boxes.length < COLOURS) {
		boxes.sort((one, other) => other.weight - one.weight);
		const [{ box, at, weight }] = boxes;
		if (weight === 0) break;
		box.sort((one, other) => channel(one, at) - channel(other, at));
		const half = box.reduce((sum, colour) => sum + counts.get(colour), 0) / 2;
		let [cut, seen] = [0, 0];
		while (cut < box.length - 1 && (cut === 0 || seen < half)) seen += counts.get(box[cut++]);
		boxes.splice(0, 1, weigh(box.slice(0, cut)), weigh(box.slice(cut)));
	}
	return boxes.map(({ box }) => {
		const total = box.reduce((sum, colour) => sum + counts.get(colour), 0);
		const mean = [0, 1, 2].map((at) =>
			Math.round(box.reduce((sum, colour) => sum + channel(colour, at) * counts.get(colour), 0) / total),
		);
		return { box, mean };
	});
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
	let value = n;
	for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
	return value >>> 0;
});
function chunk(name, body) {
	const whole = Buffer.alloc(body.length + 12);
	whole.writeUInt32BE(body.length, 0);
	whole.write(name, 4, "latin1");
	body.copy(whole, 8);
	let crc = 0xffffffff;
	for (const byte of whole.subarray(4, body.length + 8)) crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
	whole.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 8);
	return whole;
}

/** The same picture with a palette. */
export function reduced(png) {
	const { width, height, rgb } = decode(png);
	const counts = new Map();
	for (let at = 0; at < rgb.length; at += 3) {
		const colour = (rgb[at] << 16) | (rgb[at + 1] << 8) | rgb[at + 2];
		counts.set(colour, (counts.get(colour) ?? 0) + 1);
	}
	const palette = paletteOf(counts);
	const place = new Map();
	for (const [index, { box }] of palette.entries()) for (const colour of box) place.set(colour, index);
	const rows = Buffer.alloc((width + 1) * height);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const at = (y * width + x) * 3;
			rows[y * (width + 1) + x + 1] = place.get((rgb[at] << 16) | (rgb[at + 1] << 8) | rgb[at + 2]);
		}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 3, 0, 0, 0], 8);
	return Buffer.concat([
		SIGNATURE,
		chunk("IHDR", head),
		chunk("PLTE", Buffer.from(palette.flatMap(({ mean }) => mean))),
		chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
}
