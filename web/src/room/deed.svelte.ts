// Something that is done for the reader: on its way, done, or refused with words for the screen.
import { Refusal } from "../api/client";
import { t } from "./words";

export class Deed {
	busy = $state(false);
	refusal = $state.raw<Refusal | null>(null);

	/** What went wrong, in one line; nothing while nothing did. */
	get fault(): string | null {
		const own = this.refusal;
		if (!own) return null;
		if (own.fault === "offline") return t("state.offline");
		if (own.fault === "denied") return t("state.denied");
		return [...new Set([own.problem ? own.message : t("state.failed"), ...own.reasons])].join(" – ");
	}

	/** Does it, unless something is still on its way; true when it was done. */
	async run(what: () => Promise<void>): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.refusal = null;
		try {
			await what();
			return true;
		} catch (error) {
			if (!(error instanceof Refusal)) console.error(error);
			this.refusal = error instanceof Refusal ? error : new Refusal("failed", null);
			return false;
		} finally {
			this.busy = false;
		}
	}

	forget(): void {
		this.refusal = null;
	}
}
