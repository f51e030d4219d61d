/** The account at the shutter: a phone is told its id once, from the map room's editor of accounts. */

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id in what was scanned, pasted or typed; blanks and capitals are let pass. None where it is no id. */
export function accountOf(text: string): string | null {
	const id = text.replace(/\s+/g, "").toLowerCase();
	return ID.test(id) ? id : null;
}
