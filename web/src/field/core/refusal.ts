// What the server said of an item that it refused, in the language shown; its words come with the first item that needs them.
import { reasonWords, speak } from "../../api/refusals.svelte";
import type { Language } from "../i18n/words.svelte";

let coming: Promise<void> | null = null;

/** Fetches the words that a phone may need; they lie in its cache like everything else. */
export function learn(): Promise<void> {
	coming ??= Promise.all([import("../../api/refusals/tongue"), import("../../api/refusals/facts")])
		.then(([{ tongue }, { FACTS }]) => speak(tongue(FACTS)))
		.catch(() => {
			coming = null;
		});
	return coming;
}

/** A refusal as an item keeps it (`422 /properties/crop: expected …`): what it says, and where, for whoever is asked for help. */
export function refusalOf(problem: string, language: Language): { says: string; mark: string } {
	const [, mark = "", text = problem] = /^(\d{3}(?: \S*:)?) ?(.*)$/s.exec(problem) ?? [];
	const at = mark.replace(/:$/, "");
	return { says: reasonWords(text, language), mark: at };
}
