import { mount } from "svelte";
import App from "./App.svelte";
import { app } from "./app.svelte";
import { handed } from "./core/profiles";
import "../styles/fonts.css";
import "./field.css";
import { appearance } from "./appearance";
import { words } from "./i18n/words.svelte";
import { updates } from "./updates.svelte";

void words.choose(words.language);
appearance.apply();

const given = handed(location.hash);
if (location.hash) {
	// The secret leaves the address at once: it is in no history and no screenshot.
	history.replaceState(null, "", location.pathname);
}

const target = document.getElementById("app");
if (target) {
	mount(App, { target });
}
void app.open(given);
void updates.register("/field/sw.js");
navigator.serviceWorker?.addEventListener("message", (event) => {
	if (event.data === "sync") {
		void app.sync();
	}
});
