/** All commands, in the order in which the help shows them. */
import { alertEmailCommands } from "./alert-email.ts";
import { alertCommands } from "./alerts.ts";
import { auditCommands } from "./audit.ts";
import { billCommands } from "./bill.ts";
import { caseCommands } from "./cases.ts";
import { closingCommands } from "./closing.ts";
import type { Command } from "./command.ts";
import { consumptionCommands } from "./consumption.ts";
import { customerCommands } from "./customers.ts";
import { exportCommands } from "./export.ts";
import { importCommands } from "./import.ts";
import { invoiceCommands } from "./invoices.ts";
import { issuerCommands } from "./issuer.ts";
import { keyCommands } from "./keys.ts";
import { limitCommands } from "./limits.ts";
import { meterCommands } from "./meters.ts";
import { peopleCommands } from "./people.ts";
import { pointCommands } from "./points.ts";
import { signInCommands } from "./sign-in.ts";
import { flagCommands } from "./tariff-flags.ts";
import { tariffCommands } from "./tariffs.ts";
import { watchCommands } from "./watch.ts";
import { webhookCommands } from "./webhooks.ts";

export const COMMANDS: Command[] = [
  ...signInCommands,
  ...customerCommands,
  ...pointCommands,
  ...meterCommands,
  ...consumptionCommands,
  ...watchCommands,
  ...alertCommands,
  ...alertEmailCommands,
  ...limitCommands,
  ...webhookCommands,
  ...tariffCommands,
  ...flagCommands,
  ...billCommands,
  ...invoiceCommands,
  ...closingCommands,
  ...issuerCommands,
  ...caseCommands,
  ...importCommands,
  ...exportCommands,
  ...peopleCommands,
  ...keyCommands,
  ...auditCommands,
];
