import { beforeEach, describe, expect, it } from "vitest";
import type { Recording, Revision } from "./correct";
import { recordingOf, revisePlot } from "./correct";
import { uuidv7 } from "./ids";
import type { KnownPlot, PlotDraft } from "./plots";
import { recordPlot } from "./plots";
import { known } from "./prepare";
import type { Session } from "./session";
import { newSession } from "./testing";

const draft = (changes: Partial<PlotDraft> = {}): PlotDraft => ({
	id: uuidv7(),
	crop: "opium_poppy",
	stage: "flowering",
	land: "swidden",
	found_by: "patrol",
	spot: { lon: 103.9, lat: 22.4, accuracy_m: 6, method: "gnss_single" },
	plants: 40,
	plants_method: "counted",
	area: { kind: "beds", beds: [{ shape: "rectangle", count: 1, length: 4, width: 2 }], pace_m: null },
	voluntary: false,
	notes: "cạnh suối",
	...changes,
});
const revision = (changes: Partial<Revision> = {}): Revision => ({
	crop: "opium_poppy",
	stage: "flowering",
	plants: 37,
	plants_method: "counted",
	area: null,
	...changes,
});

let session: Session;
beforeEach(async () => {
	session = await newSession();
});

const recorded = async (plot: KnownPlot): Promise<Recording> => {
	const found = await recordingOf(session, plot);
	if (!found) {
		throw new Error("nothing to correct");
	}
	return found;
};
/** What the queue holds last, as it goes out. */
const sent = async () => {
	const item = (await session.items()).at(-1);
	if (!item) {
		throw new Error("the queue is empty");
	}
	const { kind, method, path, body } = await session.captured(item);
	return { kind, method, path, ...(JSON.parse(body) as Recording["feature"]) };
};

describe("a recording that was wrong", () => {
	it("is said anew as the version after the one that was read, with its place, time and all that was not wrong", async () => {
		const plot = await recordPlot(session, draft(), "p");
		const before = await recorded(plot);
		const after = await revisePlot(session, plot, before, revision());
		const { kind, method, path, geometry, properties } = await sent();
		expect([kind, method, path]).toEqual(["plot", "PUT", `/api/v1/plots/${plot.id}`]);
		expect(geometry).toEqual(before.feature.geometry);
		expect(properties).toEqual({ ...before.feature.properties, plants: 37, revises: 1 });
		expect(properties.beds).toEqual([{ shape: "rectangle", count: 1, length_m: 4, width_m: 2 }]);
		expect([after.plants, after.area_m2]).toEqual([37, 8]);
		expect(after.earlier?.map(({ plants, area_m2 }) => [plants, area_m2])).toEqual([[40, 8]]);
		const kept = await session.doc<KnownPlot>(`plot ${plot.id}`);
		expect(kept).toEqual(after);
		expect((await recorded(after)).version).toBe(2);
	});

	it("loses the measure that was wrong, and the stage and count that are said no more", async () => {
		const plot = await recordPlot(session, draft(), null);
		const area = {
			kind: "beds",
			beds: [{ shape: "rectangle", count: 2, length: 3, width: 2 }],
			pace_m: 0.5,
		} as const;
		const said = revision({
			crop: "cannabis",
			stage: null,
			plants: null,
			area: { ...area, beds: area.beds.map((bed) => ({ ...bed })) },
		});
		const after = await revisePlot(session, plot, await recorded(plot), said);
		const { properties } = await sent();
		expect(properties).toMatchObject({ crop: "cannabis", area_method: "paced", pace_m: 0.5, revises: 1 });
		expect(properties.beds).toEqual([{ shape: "rectangle", count: 2, length_paces: 3, width_paces: 2 }]);
		expect(Object.keys(properties)).not.toEqual(expect.arrayContaining(["stage"]));
		expect(Object.keys(properties)).not.toEqual(expect.arrayContaining(["plants"]));
		// Two beds of 1.5 m by 1 m.
		expect([after.plants, after.area_m2, after.area_method]).toEqual([null, 3, "paced"]);
	});

	it("is corrected here as long as nobody else's version stands", async () => {
		const plot = await recordPlot(session, draft(), null);
		const told = (version: number) =>
			known(
				{
					id: plot.id,
					geometry: { type: "Point", coordinates: [103.9, 22.4] },
					properties: { crop: "opium_poppy", state: "detected", plants: 40, version },
				},
				plot,
			) as KnownPlot;
		expect((await recorded(told(1))).version).toBe(1);
		expect(await recordingOf(session, told(2))).toBeNull();
		expect(await recordingOf(session, { ...plot, id: uuidv7() })).toBeNull();
	});

	it("counts no correction that the server refused", async () => {
		const plot = await recordPlot(session, draft(), null);
		const after = await revisePlot(session, plot, await recorded(plot), revision());
		const item = (await session.items()).at(-1);
		if (item) {
			await session.note(item, { state: "refused" });
		}
		const again = await recorded(after);
		expect([again.version, again.feature.properties.plants]).toEqual([1, 40]);
	});
});
