// Words in the language shown. A key that lacks a translation does not compile.

export type Language = "vi" | "en";

const KEPT = "tuantra.language";

function kept(): Language {
	return globalThis.localStorage?.getItem(KEPT) === "en" ? "en" : "vi";
}

const state = $state({ language: kept() });

/** The language that is shown. */
export function language(): Language {
	return state.language;
}

/** Shows everything in another language and keeps that for the next visit. */
export function speak(next: Language): void {
	state.language = next;
	globalThis.localStorage?.setItem(KEPT, next);
	document.documentElement.lang = next;
}

export type Parameters = Record<string, string | number>;

export interface Dictionary<Key extends string> {
	/** The words under a key; `{name}` in them stands for the parameter of that name. */
	t: (key: Key, parameters?: Parameters) => string;
	/** The words for a value of a vocabulary (`crop.khat`), or the value itself where a newer server knows more. */
	word: (group: string, value: string | null | undefined) => string;
}

/** The words of one face: the same keys in both languages. */
export function dictionary<Key extends string>(
	vi: Record<Key, string>,
	en: Record<Key, string>,
): Dictionary<Key> {
	const words: Record<Language, Record<string, string>> = { vi, en };
	const find = (key: string) => words[state.language][key];
	return {
		t: (key, parameters = {}) =>
			(find(key) ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name] ?? "")),
		word: (group, value) => (value ? (find(`${group}.${value}`) ?? value) : "–"),
	};
}
