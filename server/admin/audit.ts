/** Who did what and when. */
import { type Command, command } from "./command.ts";
import { usage } from "./ending.ts";

export const auditCommands: Command[] = [
  command("audit", {
    summary: "Who did what and when, the latest first",
    options: { "--of KIND/ID": "only of one thing, like customer/8a1f63c0d27be954" },
    example: "audit --of meter/8a1f63c0d27be954 --limit 20",
    run: ({ options, answers, connection: { api } }) => {
      const [kind, id] = options.of?.split("/", 2) ?? [];
      if (kind !== undefined && !id) throw usage("--of must be like customer/8a1f63c0d27be954.");
      return answers.list((page) => api.audit.$get({ query: { ...page, kind, id } }), {
        columns: [
          { title: "at", of: ({ at }) => at.replace("T", " ").slice(0, 19), whole: true },
          { title: "who", of: ({ actor }) => actor.name ?? `${actor.kind} ${actor.id}` },
          { title: "did", of: ({ action }) => action },
          { title: "to", of: ({ object }) => `${object.kind}/${object.id}`, whole: true },
          { title: "fields", of: ({ changes }) => Object.keys(changes).join(" ") },
        ],
        none: "Nothing.",
      });
    },
  }),
];
