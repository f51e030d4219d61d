// A list that comes in pages: the first with the question, the rest when they are asked for. How many there are is said.
import { follow } from "../api/client";
import { Deed } from "./deed.svelte";

export interface Page<Row> {
	rows: Row[];
	next: string | null;
	/** How many there are in all, where the server counts them. */
	total: number | null;
}

export class Pages<Row> {
	/** The rows of the pages after the first. */
	further = $state.raw<Row[]>([]);
	next = $state<string | null>(null);
	deed = new Deed();
	#number = 0;

	/** The first page of a new question; what was there of the one before is forgotten. */
	begin(first: Page<Row>): Page<Row> {
		this.#number += 1;
		this.further = [];
		this.next = first.next;
		return first;
	}

	/** The next page; an answer that comes after a newer question is void. */
	async more(read: (answer: never) => Page<Row>): Promise<void> {
		const own = this.#number;
		const url = this.next;
		if (!url) return;
		await this.deed.run(async () => {
			const page = read((await follow(url)) as never);
			if (own !== this.#number) return;
			this.further = [...this.further, ...page.rows];
			this.next = page.next;
		});
	}
}
