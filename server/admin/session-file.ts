/** The sign-in that stays from one command to the next, in a file that only its owner can read. */
import { usage } from "./ending.ts";
import type { World } from "./world.ts";

export interface Session {
  address: string;
  /** `name=value`, for that address and no other. */
  cookie: string;
}

type Place = Pick<World, "environment" | "files">;

function pathOf({ environment }: Place): string {
  const { XDG_CONFIG_HOME, HOME, USERPROFILE } = environment;
  const home = HOME || USERPROFILE;
  const folder = XDG_CONFIG_HOME || home && `${home}/.config`;
  if (!folder) throw usage("Set HOME or XDG_CONFIG_HOME, so that the sign-in can be kept.");
  return `${folder}/contaluz/session.json`;
}

export async function readSession(place: Place): Promise<Session | undefined> {
  const { XDG_CONFIG_HOME, HOME, USERPROFILE } = place.environment;
  if (!XDG_CONFIG_HOME && !HOME && !USERPROFILE) return undefined;
  const bytes = await place.files.read(pathOf(place));
  return bytes && sessionIn(new TextDecoder().decode(bytes));
}

function sessionIn(text: string): Session | undefined {
  try {
    const { address, cookie } = JSON.parse(text);
    return typeof address === "string" && typeof cookie === "string"
      ? { address, cookie }
      : undefined;
  } catch {
    return undefined;
  }
}

export const keepSession = (place: Place, session: Session): Promise<void> =>
  place.files.writePrivate(pathOf(place), `${JSON.stringify(session)}\n`);

export const forgetSession = (place: Place): Promise<void> => place.files.remove(pathOf(place));
