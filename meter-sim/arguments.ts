/** A command line of `--name value`, `--name=value` and, for switches, `--name`. */

/** What does not fit, in words for who typed it. */
export class OptionError extends Error {}

/** `value`: something follows. */
export type Flags<Name extends string> = Readonly<Record<Name, "value" | "switch">>;

/** What was given by its name; a switch is given as an empty text. */
export type Given<Name extends string> = Partial<Record<Name, string>>;

const OPTION = /^--([a-z][a-z-]*)(?:=(.*))?$/s;

export const readArguments = <Name extends string>(
  args: string[],
  flags: Flags<Name>,
): Given<Name> => {
  const given: Given<Name> = {};
  const left = [...args];

  const valueOf = (option: string, inline: string | undefined): string => {
    if (inline !== undefined) return inline;
    const value = left.shift();
    if (value !== undefined && !value.startsWith("--")) return value;
    throw new OptionError(`--${option} needs a value`);
  };

  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [, option, inline] = arg.match(OPTION) ?? [];
    if (option === undefined || !Object.hasOwn(flags, option)) {
      // What follows may be a secret.
      throw new OptionError(`${arg.split("=")[0]} is not an option`);
    }
    const name = option as Name;
    if (given[name] !== undefined) throw new OptionError(`--${name} is given twice`);
    if (flags[name] === "value") given[name] = valueOf(name, inline);
    else if (inline === undefined) given[name] = "";
    else throw new OptionError(`--${name} takes no value`);
  }
  return given;
};
