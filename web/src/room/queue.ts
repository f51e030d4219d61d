// How many items wait in each list of the review queue, asked for as cheaply as each list allows.
import { ask, client } from "../api/client";
import { type PlotPage, readPlot } from "./plot";
import { isUndecided } from "./questions";
import { toLookAt } from "./waiting";

const MOST = 200;
const LATEST = 20;
/** A count, and whether there is more. */
export interface Count {
	n: number;
	more: boolean;
}
const page = <T extends { next?: string | null }>(of: T, n: number): Count => ({ n, more: Boolean(of.next) });
const exactly = (n: number | null | undefined): Count => ({ n: n ?? 0, more: false });

async function patrols(): Promise<Count> {
	const states = ["uploaded", "closed"] as const;
	const both = await Promise.all(
		states.map((state) =>
			ask(client.GET("/api/v1/patrols", { params: { query: { state, limit: 1, count: true } } })),
		),
	);
	return exactly(both.reduce((sum, own) => sum + (own.count ?? 0), 0));
}
const query = { limit: MOST };
/** By the list's name; a list that is missing here shows its number once it is open. */
export const counts: Record<string, () => Promise<Count>> = {
	patrols,
	verify: async () => {
		const asked = { state: "detected", limit: 1, count: true };
		const answer = await ask(client.GET("/api/v1/plots", { params: { query: asked } }));
		return exactly((answer as { total?: number | null }).total);
	},
	// Whether a plot is approved its own record tells: the latest are read.
	approve: async () => {
		const asked = { state: "eradicated", limit: LATEST };
		const answer = (await ask(
			client.GET("/api/v1/plots", { params: { query: asked } }),
		)) as unknown as PlotPage;
		const read = await Promise.all(answer.features.map((plot) => readPlot(plot.id)));
		return page(answer, read.filter((plot) => !plot.properties.approved).length);
	},
	photos: async () => {
		const answer = await ask(client.GET("/api/v1/evidence/questions", { params: { query } }));
		return page(answer, answer.questions.filter(isUndecided).length);
	},
	tracks: async () => {
		const answer = await ask(client.GET("/api/v1/evidence/track-questions", { params: { query } }));
		return page(answer, answer.questions.filter(isUndecided).length);
	},
	pairs: async () =>
		exactly(
			(await ask(client.GET("/api/v1/ledger/duplicates", { params: { query: { undecided: true } } }))).length,
		),
	minutes: async () => {
		const answer = await ask(client.GET("/api/v1/ledger/minutes-due", { params: { query } }));
		return page(answer, answer.plots.length);
	},
	reinspections: async () => {
		const answer = await ask(client.GET("/api/v1/ledger/reinspections-due", { params: { query } }));
		return page(answer, answer.plots.length);
	},
	forms: async () => {
		let more = false;
		const listed = await toLookAt(MOST, (own) => {
			if (own.next) more = true;
		});
		return { n: listed.length, more };
	},
	carried: async () => {
		const answer = await ask(client.GET("/api/v1/bundles/review", { params: { query } }));
		return { n: answer.reviews.length, more: answer.reviews.length === MOST };
	},
};

/** A count as a tab shows it. */
export const told = ({ n, more }: Count): string => `${n}${more ? "+" : ""}`;
