// The words of the map room.
import { dictionary } from "../i18n/dictionary.svelte";
import { en as commonEn } from "../i18n/en";
import { vi as commonVi } from "../i18n/vi";
import { en } from "./en";
import { vi } from "./vi";

export { type Language, language, speak } from "../i18n/dictionary.svelte";
export const { t, word } = dictionary({ ...commonVi, ...vi }, { ...commonEn, ...en });
