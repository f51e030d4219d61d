/** The words of the chosen language, and numbers as it writes them. */

import type { Key } from "./vi";
import { vi } from "./vi";

export type Language = "vi" | "en";

const KEPT = "tuantra language";

class Words {
	language = $state<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "vi");

	/** English comes when it is chosen; it lies in the phone's cache like everything else. */
	#english = $state.raw<Record<Key, string> | null>(null);

	async choose(language: Language): Promise<void> {
		if (language === "en") {
			this.#english ??= (await import("./en")).en;
		}
		this.language = language;
		localStorage.setItem(KEPT, language);
		document.documentElement.lang = language;
	}

	of(key: Key): string {
		return (this.language === "en" ? this.#english : null)?.[key] ?? vi[key];
	}

	get locale(): string {
		return this.language === "vi" ? "vi-VN" : "en-GB";
	}
}

export const words = new Words();

/** The words of a key; `{n}` and the like are filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
	return words.of(key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function number(value: number, digits = 0): string {
	return new Intl.NumberFormat(words.locale, {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
	}).format(value);
}

export function day(iso: string): string {
	const options = {
		timeZone: "Asia/Ho_Chi_Minh",
		day: "2-digit",
		month: "2-digit",
		year: "numeric",
	} as const;
	return new Intl.DateTimeFormat("en-GB", options).format(new Date(iso));
}

export function clock(ms: number): string {
	const options = {
		timeZone: "Asia/Ho_Chi_Minh",
		hour: "2-digit",
		minute: "2-digit",
		hour12: false,
	} as const;
	return new Intl.DateTimeFormat("en-GB", options).format(new Date(ms));
}

export function duration(seconds: number): string {
	const minutes = Math.floor(seconds / 60);
	const pad = (value: number): string => String(value).padStart(2, "0");
	return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(Math.floor(seconds % 60))}`;
}

export function bytes(value: number): string {
	if (value < 1_000) {
		return `${value} B`;
	}
	if (value < 1_000_000) {
		return `${number(value / 1_000)} kB`;
	}
	return value < 1_000_000_000
		? `${number(value / 1_000_000, 1)} MB`
		: `${number(value / 1_000_000_000, 1)} GB`;
}
