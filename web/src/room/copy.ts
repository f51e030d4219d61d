// Words for the clipboard.
import { toast } from "../ui/toasts.svelte";
import { t } from "./words";

/** Copies a text; where the browser does not allow it, the text is marked in its field for doing it by hand. */
export async function copy(text: string, field?: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		toast(t("copied"));
	} catch {
		if (field) document.querySelector<HTMLTextAreaElement>(`#${CSS.escape(field)}`)?.select();
	}
}
