/** What a desk sent back for completing: a task of the unit whose work it is, until a photo, a correction or words answer it. */

import type { Shot } from "./evidence";
import { shotsKey } from "./evidence";
import { uuidv7 } from "./ids";
import type { KnownPlot } from "./plots";
import type { Session } from "./session";
import type { Item } from "./store";

export interface Returned {
	id: string;
	/** The eradication that was sent back; none where it is the recording of the plot. */
	eradication: string | null;
	reason: string;
	/** ISO 8601. */
	at: string;
	/** The units that are asked. */
	to: string[];
}

/** Something to do at a plot. */
export interface Task {
	plot: KnownPlot;
	returned: Returned;
	/** Whether a picture that answers it waits on this phone, or is on its way. */
	isShot: boolean;
}

/** Characters of an answer, as the server takes them. */
export const MOST_REPLY = 1_000;
const KIND = "reply";

/** The returns of a plot that nobody has answered, as the server tells them. */
export function returnsOf(told: unknown): Returned[] {
	const all = (Array.isArray(told) ? told : []) as (Returned & { ended_by: string | null })[];
	return all
		.filter((one) => one.ended_by === null)
		.map(({ id, eradication, reason, at, to }) => ({ id, eradication, reason, at, to }));
}

const repliedKey = (returned: string): string => `replied ${returned}`;

/** Whether a picture may be the answer: taken since, of what was sent back or of nothing in particular. */
const shows = (shot: Shot, { at, eradication }: Returned): boolean =>
	Date.parse(shot.taken_at) > Date.parse(at) &&
	(eradication === null || shot.eradication === null || shot.eradication === eradication);

/**
 * What this unit is asked for, the longest waiting first. What was answered here in words is told no more, unless the server
 * refused the answer.
 */
export async function tasksOf(
	session: Session,
	plots: readonly KnownPlot[],
	items: readonly Item[],
	org: string | null,
): Promise<Task[]> {
	const tasks: Task[] = [];
	for (const plot of plots) {
		const asked = (plot.returns ?? []).filter(({ to }) => org !== null && to.includes(org));
		const shots = asked.length > 0 ? ((await session.doc<Shot[]>(shotsKey(plot.id))) ?? []) : [];
		for (const returned of asked) {
			const at = await session.doc<number>(repliedKey(returned.id));
			const isReply = (item: Item): boolean =>
				item.kind === KIND && item.target === plot.id && item.at === at && item.state !== "refused";
			if (at === null || !items.some(isReply)) {
				tasks.push({ plot, returned, isShot: shots.some((shot) => shows(shot, returned)) });
			}
		}
	}
	return tasks.sort((a, b) => a.returned.at.localeCompare(b.returned.at));
}

/** Puts an answer in words into the queue. */
export async function answerReturn(session: Session, { plot, returned }: Task, text: string): Promise<void> {
	const now = Date.now();
	await session.capture(
		{
			kind: KIND,
			target: plot.id,
			method: "POST",
			path: `/api/v1/plots/${plot.id}/replies`,
			body: { id: uuidv7(now), returned: returned.id, text: text.trim().normalize("NFC") },
		},
		{ docs: { [repliedKey(returned.id)]: now } },
		now,
	);
}
