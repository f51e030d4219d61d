/** New versions of the app: told, never forced, and never while a patrol is recorded. */

class Updates {
	isWaiting = $state(false);
	#waiting: ServiceWorker | null = null;
	#registration: ServiceWorkerRegistration | null = null;

	async register(url: string): Promise<void> {
		if (!("serviceWorker" in navigator)) {
			return;
		}
		const registration = await navigator.serviceWorker.register(url, { scope: "/field/", type: "classic" });
		this.#registration = registration;
		const look = (): void => {
			if (registration.waiting && navigator.serviceWorker.controller) {
				this.#waiting = registration.waiting;
				this.isWaiting = true;
			}
		};
		look();
		registration.addEventListener("updatefound", () => {
			registration.installing?.addEventListener("statechange", look);
		});
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
