// What the server refuses it tells in English, at times with Vietnamese beside. A screen tells it in its own language. The words
// come when they are first needed: `refusals/facts.ts` knows what a phone may hear, `refusals/desk.ts` the rest.
import type { Language } from "../i18n/dictionary.svelte";

type Tell = (text: string) => string | undefined;

let tell = $state.raw<Tell>(() => undefined);

/** Tells refusals by these words from now on. */
export function speak(words: Tell): void {
	tell = words;
}

const isVietnamese = (text: string) => /[à-ỹđ]/i.test(text);

/** A reason in the language shown; what nobody wrote words for stands as it came, since it names what to do. */
export function reasonWords(text: string, language: Language): string {
	if (language === "vi") {
		const known = tell(text);
		if (known) return known;
	}
	// Some reasons stand in both languages, in either order.
	const halves = text.split(" / ");
	const own = halves.length === 2 && halves.find((half) => isVietnamese(half) === (language === "vi"));
	return own || text;
}

/** What a refusal says in one line: its kind, and more where the server said more than that. */
export function refusalWords(problem: { title: string; detail?: string }, language: Language): string {
	const { title, detail } = problem;
	const kind = reasonWords(title, language);
	if (!detail || detail === title) return kind;
	// In English the title says less than what follows it.
	return language === "vi" && kind !== title
		? `${kind}: ${reasonWords(detail, language)}`
		: reasonWords(detail, language);
}
