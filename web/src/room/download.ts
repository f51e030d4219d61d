// Tables as CSV files that office programs open.

type Value = string | number | boolean | null | undefined;

/** One value as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function quoted(value: Value): string {
	if (value === null || value === undefined) return "";
	const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rows as a file: UTF-8 with its mark, by which Excel knows that it is. */
export function csv(rows: Value[][]): string {
	return `\ufeff${rows.map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}

/** Hands rows to the reader as a file of that name. */
export const download = (name: string, rows: Value[][]): void =>
	saveAs(name, csv(rows), "text/csv;charset=utf-8");

/** Hands a text to the reader as a file of that name and kind. */
export function saveAs(name: string, text: string, type: string): void {
	const url = URL.createObjectURL(new Blob([text], { type }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
