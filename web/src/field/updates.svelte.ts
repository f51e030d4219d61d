/** New versions of the app: told, never forced, and never while a patrol is recorded. */

/** A new version that could not be fetched whole is asked for again after so long. */
const AGAIN_MS = 10_000;

class Updates {
	isWaiting = $state(false);
	#waiting: ServiceWorker | null = null;
	#registration: ServiceWorkerRegistration | null = null;
	/** Each is followed once, however often the app registers itself. */
	readonly #followed = new WeakSet<EventTarget>();
	#isDue = false;

	async register(url: string): Promise<void> {
		if (!("serviceWorker" in navigator)) {
			return;
		}
		const registration = await navigator.serviceWorker.register(url, { scope: "/field/", type: "classic" });
		this.#registration = registration;
		const look = (): void => {
			// Without an active one it is the first version, which waits for nothing.
			if (registration.waiting && registration.active) {
				this.#waiting = registration.waiting;
				this.isWaiting = true;
			}
		};
		const follow = (): void => {
			const coming = registration.installing;
			if (!coming || this.#followed.has(coming)) {
				return;
			}
			this.#followed.add(coming);
			coming.addEventListener("statechange", () => {
				look();
				// One file that did not come ends the whole of it, and browsers ask again only when a page is opened.
				if (coming.state === "redundant") {
					this.#again(url);
				}
			});
		};
		look();
		follow();
		if (!this.#followed.has(registration)) {
			this.#followed.add(registration);
			registration.addEventListener("updatefound", follow);
		}
	}

	/** Until it is heard; where not even a first version came, the app registers itself anew. */
	#again(url: string): void {
		if (this.#isDue) {
			return;
		}
		this.#isDue = true;
		setTimeout(() => {
			this.#isDue = false;
			const own = this.#registration;
			const asked = own?.active ? own.update() : this.register(url);
			asked.catch(() => this.#again(url));
		}, AGAIN_MS);
	}

	/** Asks at once whether there is a newer version; browsers ask by themselves when a page is opened. */
	async look(): Promise<void> {
		await this.#registration?.update().catch(() => undefined);
	}

	/** The new version takes over; the page is loaded anew, the database stays as it is. */
	apply(): void {
		navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
		this.#waiting?.postMessage("take over");
	}
}

export const updates = new Updates();
