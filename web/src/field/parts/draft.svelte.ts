/** What stands in an unfinished form, kept in the user's sealed store until it is saved or thrown away by hand. */

import { app } from "../app.svelte";
import type { Session } from "../core/session";
import { draftKey } from "../core/session";

/** A form is kept so long after the last touch: not with each letter, and before anybody has gone far. */
const AFTER_MS = 400;

export interface Kept<T> {
	at: number;
	form: T;
}

export class Draft<T> {
	readonly #key: string;
	/** The user who began it: it stays theirs, whoever opens the phone meanwhile. */
	readonly #session: Session | null = app.session;
	#turn: Promise<unknown> = Promise.resolve();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#next: Kept<T> | null = null;
	#isOver = false;

	constructor(form: string) {
		this.#key = draftKey(form);
	}

	async read(): Promise<Kept<T> | null> {
		return (await this.#session?.doc<Kept<T>>(this.#key)) ?? null;
	}

	/** Keeps the form as it stands, soon. */
	keep(form: T): void {
		if (this.#isOver) {
			return;
		}
		this.#next = { at: Date.now(), form };
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.flush(), AFTER_MS);
	}

	/** Keeps at once what waits: the form is left. */
	flush(): void {
		clearTimeout(this.#timer);
		const next = this.#next;
		this.#next = null;
		const session = this.#session;
		if (next && session) {
			this.#turn = this.#turn.then(() => app.kept(() => session.keep(this.#key, next)));
		}
	}

	/** Keeps what waits whenever the page or the form goes; gives what is to be done when the form goes. */
	attend(): () => void {
		const leave = (): void => this.flush();
		document.addEventListener("visibilitychange", leave);
		return () => {
			document.removeEventListener("visibilitychange", leave);
			this.flush();
		};
	}

	/** The form was saved or thrown away: nothing of it is kept any more. */
	async drop(): Promise<void> {
		this.#isOver = true;
		this.#next = null;
		clearTimeout(this.#timer);
		await this.#turn;
		await this.#session?.forget(this.#key);
		await app.reread();
	}
}
