import { afterEach, describe, expect, it, vi } from "vitest";
import { answerQuestion, openQuestions, type Question, takeQuestions } from "./questions";
import type { Fact, Session } from "./session";

/** What a session keeps and captures, without its seals. */
function kept() {
	const docs = new Map<string, unknown>();
	const facts: Fact[] = [];
	const session = {
		keep: async (key: string, value: unknown) => void docs.set(key, value),
		doc: async (key: string) => docs.get(key) ?? null,
		capture: async (fact: Fact) => void facts.push(fact),
	} as unknown as Session;
	return { session, facts };
}
const to = { base: "https://tuantra.example", token: "t" };
const asked = (id: string, more: object = {}) => ({
	id,
	vi: "vì sao?",
	en: "how?",
	asked_at: "2026-03-01T00:00:00Z",
	answer_by: "2026-03-08T00:00:00Z",
	state: "open",
	...more,
});
const serve = (answers: Record<string, unknown>) =>
	vi.stubGlobal("fetch", async (url: string | URL | Request) => {
		const found = Object.entries(answers).find(([part]) => String(url).includes(part));
		if (!found) throw new TypeError("no network");
		return Response.json(found[1]);
	});
afterEach(() => vi.unstubAllGlobals());

describe("what a unit is asked", () => {
	const photos = { questions: [asked("a", { photo: "own" }), asked("b", { photo: "foreign" })] };
	const tracks = { questions: [asked("c", { patrol: "p" })] };

	it("is taken along: its tracks' questions, and of photos those that the phone took", async () => {
		const { session } = kept();
		serve({ "/evidence/questions": photos, "/evidence/track-questions": tracks });
		await takeQuestions(session, to, new Set(["own"]));
		const ids = (await openQuestions(session)).map(({ id, book }) => `${book} ${id}`);
		expect(ids).toEqual(["questions a", "track-questions c"]);
	});

	it("stays as it was where the server is not heard to the end", async () => {
		const { session } = kept();
		serve({ "/evidence/questions": photos, "/evidence/track-questions": tracks });
		await takeQuestions(session, to, new Set(["own"]));
		serve({ "/evidence/questions": { questions: [] } });
		await takeQuestions(session, to, new Set(["own"]));
		expect((await openQuestions(session)).length).toBe(2);
	});

	it("is answered by a fact of its own kind", async () => {
		const { session, facts } = kept();
		for (const book of ["questions", "track-questions"] as const)
			await answerQuestion(session, { ...asked("q"), book, photo: null } as Question, " gắn nhầm ảnh ");
		expect(facts.map(({ kind, path, body }) => [kind, path, body])).toEqual([
			["answer", "/api/v1/evidence/questions/q/answers", { text: "gắn nhầm ảnh" }],
			["track_answer", "/api/v1/evidence/track-questions/q/answers", { text: "gắn nhầm ảnh" }],
		]);
	});
});
