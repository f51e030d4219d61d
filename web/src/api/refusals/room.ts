// The map room's words for refusals: a chunk that comes with the first refusal, or once the first screen stands.
import { speak } from "../refusals.svelte";

/** How long a refusal waits for its words, ms. */
const PATIENCE_MS = 3000;

let coming: Promise<void> | null = null;

/** Fetches the words once; without them refusals stand in English. */
export function learn(): Promise<void> {
	coming ??= Promise.all([import("./tongue"), import("./facts"), import("./desk")])
		.then(([{ tongue }, { FACTS }, { DESK }]) => speak(tongue(FACTS, DESK)))
		.catch(() => {
			coming = null;
		});
	return Promise.race([coming, new Promise<void>((then) => setTimeout(then, PATIENCE_MS))]);
}
