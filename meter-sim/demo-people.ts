/** Two ready sign-ins: one of the utility's staff, one of a customer. */
import type { Api, NewPerson } from "./api.ts";
import type { DemoFolder } from "./demo-folder.ts";
import type { Home } from "./demo-homes.ts";

export interface SignIn {
  role: NewPerson["role"];
  email: string;
  password: string;
}

const peopleOf = ([home]: Home[]): NewPerson[] => [
  { role: "operator", name: "Clara Antunes", email: "operator@demo.example" },
  {
    role: "customer",
    name: home.name,
    email: "customer@demo.example",
    customerId: home.customerId,
  },
];

/** Those that were kept; else made and kept. Who was interrupted in between makes them anew. */
export const readySignIns = async (
  api: Api,
  folder: DemoFolder,
  homes: Home[],
  newPassword: () => string,
): Promise<SignIn[]> => {
  const kept = folder.signIns();
  if (kept) return kept;
  const made: SignIn[] = [];
  for (const person of peopleOf(homes)) {
    const password = newPassword();
    await api.setPassword(await api.invite(person), password);
    made.push({ role: person.role, email: person.email, password });
  }
  folder.keepSignIns(made);
  return made;
};
