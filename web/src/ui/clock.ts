// Times of day as people write them: HH:mm of 24 hours whatever the browser's language, which else may want AM and PM.
import type { Language } from "../i18n/dictionary.svelte";

const TIME = /^(\d{1,2})(?:[:.h]|\s*(?:giờ|g)\s*)(\d{2})?(?:\s*(?:phút|p))?$/;
const BARE = /^(\d{2})(\d{2})$/;

/** Reads 7:05, 07.05, 7h05, 7h, 7 giờ 05 and 0705 as `HH:mm`; empty where nothing stands, null where it is no time of day. */
export function readClock(text: string): string | null {
	const plain = text.normalize("NFKC").trim().toLowerCase();
	if (plain === "") return "";
	const found = TIME.exec(plain) ?? BARE.exec(plain);
	// 7: and 7. are times that somebody has not finished.
	if (!found || (found[2] === undefined && /[:.]$/.test(plain))) return null;
	const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
	if (hours > 23 || minutes > 59) return null;
	return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** What would be accepted instead, in words. */
export const clockWords = (language: Language): string =>
	language === "vi"
		? "Viết giờ:phút, từ 00:00 đến 23:59, ví dụ 14:30"
		: "Write hours:minutes from 00:00 to 23:59, such as 14:30";
