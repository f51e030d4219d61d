/** Questions that the screens ask this phone's unit: what is open, and an answer that waits in the queue like every fact. */

import type { Connection } from "./server";
import { call } from "./server";
import type { Session } from "./session";

export type Book = "questions" | "track-questions";

export interface Question {
	id: string;
	book: Book;
	vi: string;
	en: string;
	/** ISO 8601. */
	asked_at: string;
	/** Until when nobody decides without an answer, ISO 8601. */
	answer_by: string;
	/** The photo in question; null for a track or a claim. */
	photo: string | null;
}

const BOOKS: readonly Book[] = ["questions", "track-questions"];
/** As many as a phone shows: the latest. */
const MOST = 100;
const KEY = "questions";

/**
 * Takes the open questions along. Of photos a phone is told those of its communes, so that only what it took itself is its
 * own; of tracks and claims it is told its own unit's alone.
 */
export async function takeQuestions(
	session: Session,
	to: Connection,
	taken: ReadonlySet<string>,
): Promise<void> {
	const open: Question[] = [];
	for (const book of BOOKS) {
		const path = `/api/v1/evidence/${book}?state=open&limit=${MOST}`;
		const answer = await call<{ questions: (Omit<Question, "book" | "photo"> & { photo?: string })[] }>(
			to,
			"GET",
			path,
		);
		if (answer.kind !== "ok") {
			return;
		}
		for (const { id, vi, en, asked_at, answer_by, photo = null } of answer.value.questions) {
			if (photo === null || taken.has(photo)) {
				open.push({ id, book, vi, en, asked_at, answer_by, photo });
			}
		}
	}
	await session.keep(KEY, open);
}

export const openQuestions = async (session: Session): Promise<Question[]> =>
	(await session.doc<Question[]>(KEY)) ?? [];

/** Characters of an answer, as the server takes them. */
export const MOST_ANSWER = 2_000;
/** The kinds of items that answer a question. */
export const ANSWERS: Record<Book, string> = { questions: "answer", "track-questions": "track_answer" };

/** Puts the answer into the queue. */
export async function answerQuestion(session: Session, question: Question, text: string): Promise<void> {
	await session.capture({
		kind: ANSWERS[question.book],
		target: question.id,
		method: "POST",
		path: `/api/v1/evidence/${question.book}/${question.id}/answers`,
		body: { text: text.trim() },
	});
}
