// What a screen asked for: on its way, here, or refused. A newer question makes older answers void.
import { Refusal } from "./client";

export type Standing = "loading" | "ready" | "refused";

export class Resource<T> {
	standing = $state<Standing>("loading");
	/** The answer; while another is on its way the one before stays, so that numbers do not jump. */
	data = $state.raw<T | null>(null);
	refusal = $state.raw<Refusal | null>(null);
	#question: () => Promise<T>;
	#number = 0;

	constructor(question: () => Promise<T>) {
		this.#question = question;
	}

	/** Asks anew. */
	async load(): Promise<void> {
		this.#number += 1;
		const own = this.#number;
		this.standing = "loading";
		try {
			const data = await this.#question();
			if (own !== this.#number) return;
			this.data = data;
			this.refusal = null;
			this.standing = "ready";
		} catch (error) {
			if (own !== this.#number) return;
			this.refusal = error instanceof Refusal ? error : new Refusal("failed", null);
			this.standing = "refused";
			if (!(error instanceof Refusal)) console.error(error);
		}
	}
}

/** Asks now, and again whenever a value that the question reads before its first wait changes. */
export function resource<T>(question: () => Promise<T>): Resource<T> {
	const own = new Resource(question);
	$effect(() => {
		void own.load();
	});
	return own;
}
