// The words that both faces use. Each face adds its own: `dictionary({ ...vi, ...own.vi }, { ...en, ...own.en })`.
import { dictionary } from "./dictionary.svelte";
import { en } from "./en";
import { vi } from "./vi";

export { type Language, language, speak } from "./dictionary.svelte";
export const { t, word } = dictionary(vi, en);
