/** The reminder to communes that are silent, as it is copied. */

import type { Schemas } from "../api/client";
import { byName } from "../format";

/** The server's reminder names communes by their codes; here they stand by name, as everywhere. */
export function byNamesIn(text: string, communes: readonly Schemas["CommuneSending"][]): string {
	const silent = communes.filter((own) => own.state === "not_sent").map((own) => own.name);
	return text.replace(silent.join(", "), () => silent.toSorted(byName).join(", "));
}
