// What was sent and waits for a person: forms of ODK Collect that no slice took, and what carried bundles held.
import { ask, client, type Schemas } from "../api/client";
import { reasonWords } from "../api/refusals";
import { dayAndTime, number } from "../format";
import { communes } from "./communes.svelte";
import { language } from "./words";
import { t, word } from "./words/waiting";

/** Something that waits, with what can be done about it. */
export interface Waiting {
	id: string;
	title: string;
	when: string;
	lines: string[];
	to: string[];
	more?: () => Promise<{ answers: Answer[] }>;
	accept?: () => Promise<unknown>;
	acceptWith?: (reason: string) => Promise<unknown>;
	giveBack: (reason: string) => Promise<unknown>;
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

/** Forms that wait, the latest first; `told` hears whether more wait than are asked for. */
export async function forms(
	limit: number,
	told: (page: { next?: string | null }) => void,
): Promise<Waiting[]> {
	const query = { state: "review", limit };
	const [page, all] = await Promise.all([
		ask(client.GET("/api/v1/submissions", { params: { query } })),
		communes(),
	]);
	told(page);
	const name = (code: string | null | undefined) =>
		all.find((own) => own.properties.code === code)?.properties.label ?? code ?? t("nowhere");
	return page.submissions.map((own) => {
		const params = { path: { id: own.id } };
		const decide = (decision: "accepted" | "refused", reason: string | null) =>
			ask(client.POST("/api/v1/submissions/{id}/decision", { params, body: { decision, reason } }));
		const plot = own.parts.find((part) => part.part === "plot" && part.state === "taken")?.fact;
		const unusable = own.files.filter((file) => file.unusable).length;
		return {
			id: own.id,
			title: t("form", { form: word("form", own.form), place: name(own.commune) }),
			when: own.recorded_at,
			lines: [
				dayAndTime(own.recorded_at),
				...(own.revision > 1 ? [t("edit", { n: number(own.revision - 1) })] : []),
				...partLines(own),
				...(own.missing.length > 0 ? [t("files.missing", { n: number(own.missing.length) })] : []),
				...(unusable > 0 ? [t("files.unusable", { n: number(unusable) })] : []),
			],
			to: plot ? ["plots", plot] : [],
			more: async () => {
				const whole = await ask(client.GET("/api/v1/submissions/{id}", { params }));
				// What has no label the phone asked nobody.
				const answers = (whole.answers ?? []).flatMap(({ label, text }) => (label ? [{ label, text }] : []));
				return { answers };
			},
			accept: () => decide("accepted", null),
			giveBack: (reason) => decide("refused", reason),
		};
	});
}

/** What carried bundles held that waits, the latest first. */
export async function carried(limit: number): Promise<Waiting[]> {
	const answer = await ask(client.GET("/api/v1/bundles/review", { params: { query: { limit } } }));
	return answer.reviews.map((own) => {
		const decide = (decision: "accepted" | "refused") => (reason: string) =>
			ask(
				client.POST("/api/v1/bundles/review/{id}/decision", {
					params: { path: { id: own.id } },
					body: { decision, reason },
				}),
			);
		return {
			id: own.id,
			title: `${word("record", own.record)} · ${word("kept", own.reason)}`,
			when: own.received_at,
			lines: [dayAndTime(own.received_at), t("size", { n: number(own.bytes) })],
			to: [],
			...(own.record && own.record !== "bundle" ? { acceptWith: decide("accepted") } : {}),
			giveBack: decide("refused"),
		};
	});
}
