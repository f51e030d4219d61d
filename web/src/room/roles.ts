// The roles that accounts hold; phones hold that of a patrol's member.
import type { Schemas } from "../api/client";

export const ROLES: Schemas["Role"][] = [
	"commune_officer",
	"post_officer",
	"provincial_officer",
	"reader",
	"auditor",
	"admin",
];
