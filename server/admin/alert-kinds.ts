/** Kinds of alerts as they are typed, one or several with commas between, and as help lists them. */
import { type Audience, type Kind, KINDS, kindsFor } from "../domain/alert-kinds.ts";
import { oneOf } from "./arguments.ts";
import { wrapped } from "./text.ts";

const ALL = Object.keys(KINDS) as Kind[];
const HELP_WIDTH = 76;

export const kindsIn = (name: string, text: string): Kind[] =>
  text.split(",").map((kind) => oneOf(name, kind.trim(), ALL));

const listed = (audience: Audience): string =>
  wrapped(kindsFor(audience).join(", "), HELP_WIDTH).map((line) => `  ${line}`).join("\n");

export const KINDS_HELP = `Kinds for customers:\n${listed("customer")}\nKinds for the staff:\n${
  listed("staff")
}`;
