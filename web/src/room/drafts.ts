// Drafts outlive a reload, not the session: they hold places, and a desk has many users. They stay in the browser's tab.
import { DRAFTS, me } from "../session.svelte";

const key = (name: string) => `${DRAFTS}${me()?.id ?? ""}.${name}`;

/** A draft of whoever is signed in, if there is one. */
export function draftOf<T>(name: string): T | null {
	try {
		const kept = sessionStorage.getItem(key(name));
		return kept ? (JSON.parse(kept) as T) : null;
	} catch {
		return null;
	}
}

/** Keeps a draft, or with `null` forgets it. */
export function keepDraft(name: string, draft: unknown): void {
	try {
		if (draft === null) sessionStorage.removeItem(key(name));
		else sessionStorage.setItem(key(name), JSON.stringify(draft));
	} catch {
		// Without storage the draft lasts as long as the page.
	}
}
