// What was sent and waits for a person: forms of ODK Collect that no slice took, and what carried bundles held.
import { ask, client, type Problem, type Schemas } from "../api/client";
import { learn } from "../api/refusals/room";
import { reasonWords, refusalWords } from "../api/refusals.svelte";
import { dayAndTime, number } from "../format";
import { communes } from "./communes.svelte";
import { language, word as told } from "./words";
import { t, word } from "./words/waiting";

/** Something that waits, with what can be done about it. */
export interface Waiting {
	id: string;
	title: string;
	when: string;
	lines: string[];
	to: string[];
	/** Said of it in the list. */
	note?: string;
	more?: () => Promise<{ answers: Answer[] }>;
	accept?: () => Promise<unknown>;
	acceptWith?: (reason: string) => Promise<unknown>;
	giveBack?: (reason: string) => Promise<unknown>;
}
export interface Answer {
	label: string;
	text: string;
}
type Submission = Schemas["SubmissionView"];
interface Fault {
	pointer: string;
	reason: string;
}

/** Questions whose answers are words of the room's own vocabularies. */
const GROUPS: Record<string, string> = {
	crop: "crop",
	detected_by: "detected_by",
	stage: "stage",
	land: "land",
	kind: "patrol_kind",
	transport: "transport",
	result: "result",
	phase: "phase",
	methods: "method",
	plants_method: "method",
	found_plants_method: "method",
	area_method: "method",
	found_area_method: "method",
};
const YES_OR_NO: Record<string, "yes" | "no"> = { yes: "yes", no: "no" };

/** An answer as people say it: a form keeps codes and times as machines do. */
function said(name: string, text: string): string {
	if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return dayAndTime(text);
	const group = GROUPS[name];
	if (name === "completeness") return word("completeness", text);
	// A vocabulary has a word for each of its codes; several answers of one question stand with spaces between them.
	if (group)
		return text
			.split(/\s+/)
			.map((code) => told(group, code))
			.join(", ");
	const answer = YES_OR_NO[text];
	return answer ? t(answer) : text;
}

function partLines(own: Submission): string[] {
	const waiting = own.parts.filter((part) => part.state === "review");
	if (own.parts.length === 0) return [t("nothing")];
	return waiting.flatMap((part) => [
		t("part", { part: word("part", part.part), why: word("why", part.reason) }),
		...(part.faults as unknown as Fault[]).map((fault) =>
			t("fault", { pointer: fault.pointer, reason: reasonWords(fault.reason, language()) }),
		),
	]);
}

/** Photos of a form come within minutes; what did not come within an hour somebody has to ask the team for. */
const ON_ITS_WAY_MS = 3_600_000;

/** Recorded forms of which files did not come, and nobody has seen that. */
export const isShort = (own: Submission, now: number): boolean =>
	own.state === "taken" &&
	!own.decision &&
	own.missing.length > 0 &&
	now - Date.parse(own.recorded_at) > ON_ITS_WAY_MS;

/** The forms to be looked at: those that wait, and then those of which files did not come; the latest first. */
export async function toLookAt(
	limit: number,
	told: (page: { next?: string | null }) => void,
): Promise<Submission[]> {
	const asked = (query: { state?: string; incomplete?: boolean }) =>
		ask(client.GET("/api/v1/submissions", { params: { query: { ...query, limit } } }));
	const [waiting, incomplete] = await Promise.all([
		asked({ state: "review" }),
		asked({ state: "taken", incomplete: true }),
	]);
	told(waiting);
	told(incomplete);
	const known = new Set(waiting.submissions.map(({ id }) => id));
	const now = Date.now();
	const short = incomplete.submissions.filter((own) => !known.has(own.id) && isShort(own, now));
	return [...waiting.submissions, ...short];
}

/** What a content says that came later under the name of a form, where it says something else. */
function differing(first: Schemas["FormAnswer"][], other: Schemas["OtherContent"]): Answer[] {
	const known = new Map(first.map(({ name, text }) => [name, text]));
	const later = (other.answers ?? []).filter(({ name, text }) => known.get(name) !== text);
	return later.flatMap(({ name, label, text }) =>
		label ? [{ label: t("other.answer", { label }), text: said(name, text) }] : [],
	);
}

/** Forms that wait, the latest first; `told` hears whether more wait than are asked for. */
export async function forms(
	limit: number,
	told: (page: { next?: string | null }) => void,
): Promise<Waiting[]> {
	const [listed, all] = await Promise.all([toLookAt(limit, told), communes(), learn()]);
	const name = (code: string | null | undefined) =>
		all.find((own) => own.properties.code === code)?.properties.name ?? code ?? t("nowhere");
	return listed.map((own) => {
		const params = { path: { id: own.id } };
		const decide = (decision: "accepted" | "refused", reason: string | null) =>
			ask(client.POST("/api/v1/submissions/{id}/decision", { params, body: { decision, reason } }));
		const plot = own.parts.find((part) => part.part === "plot" && part.state === "taken")?.fact;
		const large = own.files.filter((file) => file.unusable === "too-large");
		const unusable = own.files.filter((file) => file.unusable).length - large.length;
		// What is recorded already is only to be seen: files of it were too large or did not come, or another content did.
		const isRecorded = own.state === "taken";
		return {
			id: own.id,
			title: t("form", { form: word("form", own.form), place: name(own.commune) }),
			when: own.recorded_at,
			lines: [
				dayAndTime(own.recorded_at),
				...(own.revision > 1 ? [t("edit", { n: number(own.revision - 1) })] : []),
				...(isRecorded ? [t("recorded")] : partLines(own)),
				...(own.others ?? []).map((other) => t("other", { when: dayAndTime(other.received_at) })),
				...(own.missing.length > 0 ? [t("files.missing", { n: number(own.missing.length) })] : []),
				...(isRecorded && own.missing.length > 0 ? [t("files.ask")] : []),
				...(unusable > 0 ? [t("files.unusable", { n: number(unusable) })] : []),
				...large.map(({ name, bytes }) => t("files.large", { name, mb: number(bytes / 1e6, 1) })),
			],
			to: plot ? ["plots", plot] : [],
			more: async () => {
				const whole = await ask(client.GET("/api/v1/submissions/{id}", { params }));
				// What has no label the phone asked nobody.
				const answers = (whole.answers ?? []).flatMap(({ name, label, text }) =>
					label ? [{ label, text: said(name, text) }] : [],
				);
				const others = (whole.others ?? []).flatMap((other) => differing(whole.answers ?? [], other));
				return { answers: [...answers, ...others] };
			},
			accept: () => decide("accepted", null),
			...(isRecorded ? {} : { giveBack: (reason: string) => decide("refused", reason) }),
		};
	});
}

type Carried = Schemas["ReviewTold"];

/** What it is, as people say it; of what cannot be read only how it came is known. */
const whatOf = (own: Carried): string =>
	own.kind === "measure" ? t("measure") : own.kind ? told("entry", own.kind) : word("record", own.record);

/** Why it waits, with what its own route said against it. */
function whyOf(own: Carried): string[] {
	const problem = own.refusal as unknown as Problem | null | undefined;
	if (!problem) return [word("kept", own.reason)];
	const reasons = (problem.fields ?? []).map((field) => reasonWords(field.reason, language()));
	return [...new Set([word("kept", own.reason), refusalWords(problem, language()), ...reasons])];
}

/** Where and when it was; nothing to those who see no places. */
function placeOf({ said: own }: Carried): string[] {
	if (!own) return [];
	const place = own.commune ? (own.commune_name ?? own.commune) : null;
	return [
		...(place ? [t("place", { place })] : []),
		...(own.at ? [t("at", { when: dayAndTime(own.at) })] : []),
	];
}

/** What a carried or forwarded record is decided on. */
export function recordWaiting(own: Carried): Waiting {
	const decide = (decision: "accepted" | "refused") => (reason: string) =>
		ask(
			client.POST("/api/v1/bundles/review/{id}/decision", {
				params: { path: { id: own.id } },
				body: { decision, reason },
			}),
		);
	const values = own.said?.values ?? [];
	const answers = values.map(({ name, text }) => ({ label: word("said", name), text: said(name, text) }));
	return {
		id: own.id,
		title: [whatOf(own), own.said?.commune_name].filter(Boolean).join(" · "),
		note: word("kept", own.reason),
		when: own.received_at,
		lines: [
			...whyOf(own),
			t("from", { name: own.name ?? t("nobody"), record: word("record", own.record) }),
			...placeOf(own),
			t("came", { when: dayAndTime(own.received_at), n: number(own.bytes) }),
		],
		to: own.said?.plot ? ["plots", own.said.plot] : [],
		...(answers.length > 0 ? { more: async () => ({ answers }) } : {}),
		...(own.record && own.record !== "bundle" ? { acceptWith: decide("accepted") } : {}),
		giveBack: decide("refused"),
	};
}

/** What carried bundles held and posts forwarded that waits, the latest first. */
export async function carried(limit: number): Promise<Waiting[]> {
	const [answer] = await Promise.all([
		ask(client.GET("/api/v1/bundles/review", { params: { query: { limit } } })),
		learn(),
	]);
	return answer.reviews.map(recordWaiting);
}
