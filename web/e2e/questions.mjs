// Makes what a unit is asked about: a picture of two plots, and a walk that is handed in twice. The unit is that of phones
// without a team of their own.
import { randomBytes } from "node:crypto";
import { until } from "./harness.mjs";

const newId = () =>
	`${Date.now()
		.toString(16)
		.padStart(12, "0")
		.replace(/^(.{8})/, "$1-")}-7000-8000-${randomBytes(6).toString("hex")}`;
const METRES_IN_DEGREE = 111_000;

export async function middleOf(place, code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	return [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
}

/** A photo of a new plot that shows another plot's picture, from a position that another program made up. */
export async function doubled(place) {
	const { code } = place.communes[0];
	const [lon, lat] = await middleOf(place, code);
	const { send, secret } = await place.handset("Tổ thử – máy D", code);
	const plot = newId();
	await send("PUT", `/api/v1/plots/${plot}`, {
		type: "Feature",
		geometry: { type: "Point", coordinates: [lon, lat] },
		properties: {
			crop: "opium_poppy",
			detected_at: new Date(Date.now() - 3_600_000).toISOString(),
			detected_by: "patrol",
			plants: 40,
			plants_method: "counted",
			hacc_m: 5,
			position_method: "gnss_single",
		},
	});
	const { features } = await place.api("GET", "/api/v1/photos?limit=500");
	const { id } = features.find((own) => own.properties.derived === "made" && own.properties.plot);
	const sidecar = { plot, lon, lat, phase: "overview", accuracy_m: 4, mock: true };
	return { plot, id: await place.photo(id, sidecar, secret) };
}

/** Even numbers between 0 and 1 from a seed (mulberry32). */
function chance(seed) {
	let word = seed;
	return () => {
		word = (word + 0x6d2b79f5) | 0;
		let mixed = Math.imul(word ^ (word >>> 15), 1 | word);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** A walk of two hours, metres east and north every ten seconds. */
function walked(seed) {
	const next = chance(seed);
	const between = (low, high) => low + (high - low) * next();
	const places = [];
	let [east, north, heading, pace] = [0, 0, 0.5, 1];
	for (let at = 0; at < 720; at++) {
		places.push([east + between(-4, 4), north + between(-4, 4)]);
		if (at % 3 === 0) heading += between(-0.6, 0.6);
		pace = 0.9 * pace + 0.1 * between(0.5, 1.5);
		east += 11 * pace * Math.sin(heading);
		north += 11 * pace * Math.cos(heading);
	}
	return places;
}

/** A patrol whose track is that of an earlier one, moved by some two hundred metres; its id. */
export async function copied(place) {
	const { code } = place.communes[0];
	const [lon, lat] = await middleOf(place, code);
	const { send } = await place.handset("Tổ thử – máy E", code);
	const walk = walked(7);
	const next = chance(11);
	const again = walk.map(([east, north]) => [east + 90 + 4 * next(), north - 150 + 4 * next()]);
	const patrol = async (days, places) => {
		const begins = Date.now() - days * 86_400_000;
		const at = (seconds) => new Date(begins + seconds * 1000).toISOString();
		const id = newId();
		await send("PUT", `/api/v1/patrols/${id}`, {
			kind: "crop_check",
			transport: "foot",
			started_at: at(0),
			ended_at: at(7_300),
		});
		const shrink = Math.cos((lat * Math.PI) / 180);
		const fixes = places.map(([east, north], index) => ({
			t: at(10 * index),
			lon: lon + east / METRES_IN_DEGREE / shrink,
			lat: lat + north / METRES_IN_DEGREE,
			accuracy_m: 5,
		}));
		await send("POST", `/api/v1/patrols/${id}/fixes`, { fixes });
		return id;
	};
	const first = await patrol(5, walk);
	// What came first is looked at first: it is put up for that together with its length.
	const isMeasured = async () => (await place.api("GET", `/api/v1/patrols/${first}`)).properties.length_m > 0;
	await until(isMeasured, "the length of the first walk");
	return patrol(2, again);
}

/** A patrol whose positions another program made up; its id. */
export async function madeUp(place) {
	const { code } = place.communes[0];
	const [lon, lat] = await middleOf(place, code);
	const { send } = await place.handset("Tổ thử – máy G", code);
	const at = (seconds) => new Date(Date.now() - 7_200_000 + seconds * 1000).toISOString();
	const id = newId();
	await send("PUT", `/api/v1/patrols/${id}`, {
		kind: "crop_check",
		transport: "foot",
		started_at: at(0),
		ended_at: at(1_200),
	});
	const fixes = Array.from({ length: 120 }, (_, step) => ({
		t: at(10 * step),
		lon: lon + step * 0.0001,
		lat,
		accuracy_m: 5,
		mock: true,
	}));
	await send("POST", `/api/v1/patrols/${id}/fixes`, { fixes });
	return id;
}

/** The question of a screen that is sought, once it is asked. */
export async function asked(place, book, screen, isSought) {
	const sought = async () => {
		const { questions } = await place.api("GET", `/api/v1/evidence/${book}?limit=500`);
		return questions.find((own) => own.screen === screen && isSought(own));
	};
	return until(sought, `a question of the screen ${screen}`);
}

/** A plot that a phone found, as ODK Collect sends it: one of another commune, so that it waits. */
async function sendForm(place, secret, instance, [lon, lat], { plants = 321, status = 202 } = {}) {
	const ago = (ms) => new Date(Date.now() - ms).toISOString();
	const xml = `<?xml version='1.0' ?><data id="plot_detection" version="2026112501" xmlns:orx="http://openrosa.org/xforms">
<start>${ago(7_200_000)}</start><crop>opium_poppy</crop>
<detected_at>${ago(3_600_000)}</detected_at><detected_by>patrol</detected_by>
<point>${lat} ${lon} 1510.2 4.3</point><plants>${plants}</plants><plants_method>counted</plants_method>
<orx:meta><orx:instanceID>${instance}</orx:instanceID></orx:meta></data>`;
	const form = new FormData();
	form.set("xml_submission_file", new Blob([xml], { type: "text/xml" }), "a.xml");
	const path = `${place.base}/v1/key/${secret}/projects/1/submission`;
	const sent = await fetch(path, { method: "POST", body: form });
	if (sent.status !== status)
		throw new Error(`the form is not answered ${status}: ${sent.status} ${await sent.text()}`);
}
/** A recorded form of the first commune under whose name another content came. */
export async function formsDiffer(place) {
	const [{ code }] = place.communes;
	const words = ["device", "enrol", "--name", "Máy ODK hai bản", "--door", "odk", "--commune", code];
	const secret = (await place.command(...words)).trim();
	const [lon, lat] = await middleOf(place, code);
	const at = [lon + 0.002, lat];
	await sendForm(place, secret, "uuid:hai-ban", at, { plants: 410, status: 201 });
	await sendForm(place, secret, "uuid:hai-ban", at, { plants: 411, status: 409 });
}
/** Two forms of the first commune that wait for somebody: their phone is another commune's. */
export async function formsWaiting(place) {
	const [{ code }, other] = place.communes;
	const words = ["device", "enrol", "--name", "Máy ODK", "--door", "odk", "--commune", other.code];
	const secret = (await place.command(...words)).trim();
	const [lon, lat] = await middleOf(place, code);
	await sendForm(place, secret, "uuid:cho-xem-1", [lon, lat]);
	await sendForm(place, secret, "uuid:cho-xem-2", [lon + 0.001, lat]);
}
