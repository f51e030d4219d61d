// What a reader must know of figures, in the reader's words.
import { day, number } from "../format";
import { t, word } from "./words";

export type Note = { code: string; text: string };

/** The words of a note; null for one that has none here. A changed risk area is told with its day and both grounds. */
export function noteWords(note: Note): string | null {
	if (note.code === "risk_area_changed") {
		const on = /\d{4}-\d\d-\d\d/.exec(note.text)?.[0];
		const [before, now] = [...note.text.matchAll(/(\d+) m2/g)].map(([, m2]) => number(Number(m2) / 1e4, 1));
		if (on && before && now) return t("note.risk_area_changed.told", { on: day(on), before, now });
	}
	const told = word("note", note.code);
	return told === note.code ? null : told;
}
