/** All commands, in the order in which the help shows them. */
import { auditCommands } from "./audit.ts";
import { caseCommands } from "./cases.ts";
import type { Command } from "./command.ts";
import { consumptionCommands } from "./consumption.ts";
import { customerCommands } from "./customers.ts";
import { exportCommands } from "./export.ts";
import { importCommands } from "./import.ts";
import { keyCommands } from "./keys.ts";
import { meterCommands } from "./meters.ts";
import { peopleCommands } from "./people.ts";
import { pointCommands } from "./points.ts";
import { signInCommands } from "./sign-in.ts";
import { watchCommands } from "./watch.ts";

export const COMMANDS: Command[] = [
  ...signInCommands,
  ...customerCommands,
  ...pointCommands,
  ...meterCommands,
  ...consumptionCommands,
  ...watchCommands,
  ...caseCommands,
  ...importCommands,
  ...exportCommands,
  ...peopleCommands,
  ...keyCommands,
  ...auditCommands,
];
