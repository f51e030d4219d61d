/** Amounts as people in Viet Nam type them: points or blanks between thousands, a comma before decimals. */

export type AmountFault = "amount_bad" | "amount_whole" | "amount_two_ways" | "amount_range";

export interface Asked {
	/** Whether it is a number of things, not a measure. */
	isWhole: boolean;
	min: number;
	max: number;
}

/** What a text says: a number, nothing, or why it is none. A text with two readings is none. */
export type Amount = { value: number | null; fault: null } | { value: null; fault: AmountFault };

const none = (fault: AmountFault): Amount => ({ value: null, fault });

/** 1.200, 1 200 or 1,200: groups of three after at most three digits, parted by one and the same mark. */
const GROUPED = /^[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*$/;
/** The same with decimals behind another mark: 1.200,5. */
const GROUPED_DECIMAL = /^([1-9]\d{0,2}(?:([., ])\d{3})(?:\2\d{3})*)([.,])(\d+)$/;
const DECIMAL = /^\d+[.,]\d+$/;
/** One point and three digits: 1.200 metres are a thousand to who reads points so, and one to who types them as decimals. */
const TWO_WAYS = /^[1-9]\d{0,2}\.\d{3}$/;

function read(text: string, isWhole: boolean): number | AmountFault {
	if (/^\d+$/.test(text)) {
		return Number(text);
	}
	if (isWhole) {
		return GROUPED.test(text)
			? Number(text.replace(/[., ]/g, ""))
			: DECIMAL.test(text)
				? "amount_whole"
				: "amount_bad";
	}
	if (TWO_WAYS.test(text)) {
		return "amount_two_ways";
	}
	if (DECIMAL.test(text)) {
		return Number(text.replace(",", "."));
	}
	if (GROUPED.test(text)) {
		return Number(text.replace(/[., ]/g, ""));
	}
	const [, whole = "", between, mark, decimals = ""] = GROUPED_DECIMAL.exec(text) ?? [];
	return whole && between !== mark ? Number(`${whole.replace(/[., ]/g, "")}.${decimals}`) : "amount_bad";
}

/** Reads what stands in a field. */
export function readAmount(typed: string, { isWhole, min, max }: Asked): Amount {
	// Keyboards and messages bring blanks of other widths.
	const text = typed
		.normalize("NFKC")
		.trim()
		.replace(/[\s\u00a0\u202f]+/g, " ");
	if (text === "") {
		return { value: null, fault: null };
	}
	const found = read(text, isWhole);
	if (typeof found === "string") {
		return none(found);
	}
	return found < min || found > max ? none("amount_range") : { value: found, fault: null };
}

/** A number as a field shows it: without marks between thousands, so that it can be typed on. */
export const written = (value: number | null): string =>
	value === null ? "" : String(value).replace(".", ",");
