import { expect, it } from "vitest";
import { csv, quoted } from "./download";

it("a file opens in Excel with its tone marks, and no text in it is a formula", () => {
	expect(
		csv([
			["Mường Khương", 1.5, null],
			['a "b", c', "=1+1", "-x"],
		]),
	).toBe('\ufeffMường Khương,1.5,\r\n"a ""b"", c",\'=1+1,\'-x\r\n');
	expect(quoted(-3.5)).toBe("-3.5");
});
