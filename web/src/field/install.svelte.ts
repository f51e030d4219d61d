/** The browser's offer to put the app on the home screen, kept until the user asks for it. */

interface InstallOffer extends Event {
	prompt: () => Promise<void>;
}

class Install {
	canAsk = $state(false);
	#offer: InstallOffer | null = null;

	constructor() {
		addEventListener("beforeinstallprompt", (event) => {
			event.preventDefault();
			this.#offer = event as InstallOffer;
			this.canAsk = true;
		});
	}

	async ask(): Promise<void> {
		await this.#offer?.prompt();
		this.#offer = null;
		this.canAsk = false;
	}
}

export const install = new Install();
