// Questions to a unit: about photos, and about tracks and claims. Both are answered first and decided after.
import type { Position } from "geojson";
import { ask, client, follow, type Schemas } from "../api/client";
import { dayAndTime, km } from "../format";
import { isPictured, type PhotoProperties, readPlot, short } from "./plot";
import { t, word } from "./words";

export type Book = "photos" | "tracks";
export type Verdict = Schemas["DecisionWire"]["result"];
export type PhotoQuestion = Schemas["QuestionView"] & { book: "photos" };
export type TrackQuestion = Schemas["TrackQuestionView"] & { book: "tracks" };
export type Question = PhotoQuestion | TrackQuestion;

/** One side of a question: a photo, a patrol or a claimed plot. */
export interface Side {
	id: string;
	name: "photo" | "other_photo" | "patrol" | "other_patrol" | "plot";
	/** Where its record is; a photo's is that of its plot. */
	to: string[] | null;
	lines: string[];
	/** What the picture shows, when there is one that may be shown. */
	image: { src: string; phase: string; when: string } | null;
	legs: Position[][];
	/** The unit, where the server tells it: of photos it does not. */
	org: string | null;
	team: string | null;
}

const one = (id: string) => ({ params: { path: { id } } });

export async function readQuestion(book: Book, id: string): Promise<Question> {
	if (book === "photos") {
		const { question } = await ask(client.GET("/api/v1/evidence/questions/{id}", one(id)));
		return { ...question, book };
	}
	const { question } = await ask(client.GET("/api/v1/evidence/track-questions/{id}", one(id)));
	return { ...question, book };
}

export const answer = (book: Book, id: string, text: string): Promise<unknown> =>
	book === "photos"
		? ask(client.POST("/api/v1/evidence/questions/{id}/answers", { ...one(id), body: { text } }))
		: ask(client.POST("/api/v1/evidence/track-questions/{id}/answers", { ...one(id), body: { text } }));

export const decide = (book: Book, id: string, result: Verdict, reason: string): Promise<unknown> => {
	const said = { ...one(id), body: { result, reason } };
	return book === "photos"
		? ask(client.POST("/api/v1/evidence/questions/{id}/decisions", said))
		: ask(client.POST("/api/v1/evidence/track-questions/{id}/decisions", said));
};

/** Whether nobody has decided it yet. */
export const isUndecided = (own: { state: Schemas["QuestionState"] }): boolean =>
	own.state === "open" || own.state === "answered";

/** Whether a decision is due: the unit has answered, or its days are over. */
export const isDue = (own: Pick<Question, "state" | "answer_by">, now: number): boolean =>
	own.state === "answered" || (own.state === "open" && now >= Date.parse(own.answer_by));

/** Pages that are looked through for the questions about one record. */
const MOST_PAGES = 4;

/** The questions of one book that belong to a record, the latest first, and whether older ones were left unread. */
export async function questionsOf<B extends Book>(
	book: B,
	belongs: (own: Question & { book: B }) => boolean,
): Promise<{ list: Question[]; cut: boolean }> {
	const query = { limit: 500 };
	type Page = { questions: Omit<Question, "book">[]; next?: string | null };
	let page: Page =
		book === "photos"
			? await ask(client.GET("/api/v1/evidence/questions", { params: { query } }))
			: await ask(client.GET("/api/v1/evidence/track-questions", { params: { query } }));
	const list: Question[] = [];
	for (let count = 1; ; count++) {
		const told = page.questions.map((own) => ({ ...own, book }) as Question & { book: B });
		list.push(...told.filter(belongs));
		if (!page.next || count === MOST_PAGES) return { list, cut: Boolean(page.next) };
		page = await follow<Page>(page.next);
	}
}

async function photoSide(id: string, name: Side["name"]): Promise<Side> {
	const told = await ask(client.GET("/api/v1/photos/{id}", one(id)));
	const own = told as unknown as PhotoProperties & { plot: string | null };
	const phase = word("phase", own.phase);
	const when = dayAndTime(own.taken_at);
	const erased = own.redacted_document ? [t("plot.photo.redacted", { document: own.redacted_document })] : [];
	return {
		id,
		name,
		to: own.plot ? ["plots", own.plot] : null,
		lines: [`${phase} · ${when}`, ...erased],
		image: isPictured(own) ? { src: `/api/v1/photos/${id}/thumbnail`, phase, when } : null,
		legs: [],
		org: null,
		team: null,
	};
}

async function patrolSide(id: string, name: Side["name"]): Promise<Side> {
	const { geometry, properties: own } = await ask(client.GET("/api/v1/patrols/{id}", one(id)));
	return {
		id,
		name,
		to: ["patrols", id],
		lines: [`${dayAndTime(own.started_at)} · ${km(own.length_m)}`],
		image: null,
		legs: geometry.coordinates as unknown as Position[][],
		org: own.lead_org,
		team: own.team,
	};
}

async function plotSide(id: string, fact: unknown): Promise<Side> {
	const { properties: own } = await readPlot(id);
	const claim = own.timeline.find((one) => one.id === fact);
	return {
		id,
		name: "plot",
		to: ["plots", id],
		lines: [`${short(id)} · ${own.commune?.name ?? "–"} · ${dayAndTime(claim?.at ?? own.detected_at)}`],
		image: null,
		legs: [],
		org: claim?.org ?? null,
		team: null,
	};
}

/** Both sides of a question, as far as the reader may see them. */
export async function sidesOf(own: Question): Promise<Side[]> {
	const asked: Promise<Side>[] = [];
	if (own.book === "photos") {
		asked.push(photoSide(own.photo, "photo"));
		if (own.other) asked.push(photoSide(own.other, "other_photo"));
	} else {
		const found = own.found as { fact?: unknown };
		if (own.patrol) asked.push(patrolSide(own.patrol, "patrol"));
		if (own.other) asked.push(patrolSide(own.other, "other_patrol"));
		if (own.plot) asked.push(plotSide(own.plot, found.fact));
	}
	return Promise.all(asked);
}
