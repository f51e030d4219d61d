// Names of organisations and teams, asked for once.
import { ask, client, type Schemas } from "../api/client";
import { byName } from "../format";

type Named = { id: string; name: string };
const state = $state<{ orgs: Schemas["OrgView"][]; teams: Schemas["TeamView"][]; asked: boolean }>({
	orgs: [],
	teams: [],
	asked: false,
});

const ordered = <T extends Named>(list: T[]): T[] =>
	list.toSorted((one, other) => byName(one.name, other.name));

/** Asks for the names, unless they are here. */
export function needUnits(): void {
	if (state.asked) return;
	state.asked = true;
	void Promise.all([ask(client.GET("/api/v1/orgs")), ask(client.GET("/api/v1/teams"))])
		.then(([orgs, teams]) => {
			state.orgs = ordered(orgs);
			state.teams = ordered(teams);
		})
		.catch(() => {
			state.asked = false;
		});
}

const nameIn = (list: Named[], id: string | null | undefined) =>
	list.find((own) => own.id === id)?.name ?? "–";
export const orgName = (id: string | null | undefined): string => nameIn(state.orgs, id);
export const teamName = (id: string | null | undefined): string => nameIn(state.teams, id);
export const orgs = (): Schemas["OrgView"][] => state.orgs;
export const teams = (): Schemas["TeamView"][] => state.teams;
