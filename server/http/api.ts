/** All operations and what serves them. */
import { alertHandlers, alertOperations } from "./alerts.ts";
import { ambientHandlers, ambientOperations } from "./ambient.ts";
import { apiKeyHandlers, apiKeyOperations } from "./api-keys.ts";
import { auditHandlers, auditOperations } from "./audit.ts";
import { billOutlookHandlers, billOutlookOperations } from "./bill-outlook.ts";
import { billSoFarHandlers, billSoFarOperations } from "./bill-so-far.ts";
import { caseHandlers, caseOperations } from "./cases.ts";
import { closeRunHandlers, closeRunOperations } from "./close-runs.ts";
import { conflictHandlers, conflictOperations } from "./conflicts.ts";
import { consumptionHandlers, consumptionOperations } from "./consumption.ts";
import { customerDataHandlers, customerDataOperations } from "./customer-data.ts";
import { customerHandlers, customerOperations } from "./customers.ts";
import { datagramHandlers, datagramOperations } from "./datagrams.ts";
import { docsHandlers, docsOperations } from "./docs.ts";
import { exportHandlers, exportOperations } from "./exports.ts";
import { healthHandlers, healthOperations } from "./health.ts";
import { importHandlers, importOperations } from "./import.ts";
import { invoiceFileHandlers, invoiceFileOperations } from "./invoice-files.ts";
import { invoiceHandlers, invoiceOperations } from "./invoices.ts";
import { issuerHandlers, issuerOperations } from "./issuer.ts";
import { limitHandlers, limitOperations } from "./limits.ts";
import { linkHandlers, linkOperations } from "./links.ts";
import { liveHandlers, liveOperations } from "./live.ts";
import { meterKeyHandlers, meterKeyOperations } from "./meter-keys.ts";
import { meterHandlers, meterOperations } from "./meters.ts";
import { myAlertHandlers, myAlertOperations } from "./my-alerts.ts";
import type { ClientOf, HandlersOf } from "./operation.ts";
import { ownAccountHandlers, ownAccountOperations } from "./own-account.ts";
import type { HttpParts } from "./parts.ts";
import { paymentHandlers, paymentOperations } from "./payments.ts";
import { peopleHandlers, peopleOperations } from "./people.ts";
import { pointHandlers, pointOperations } from "./points.ts";
import { readingHandlers, readingOperations } from "./readings.ts";
import { RIGHTS } from "./rights.ts";
import { sensorReadingHandlers, sensorReadingOperations } from "./sensor-readings.ts";
import { sensorHandlers, sensorOperations } from "./sensors.ts";
import { sessionHandlers, sessionOperations } from "./session.ts";
import { tariffHandlers, tariffOperations } from "./tariffs.ts";
import { webhookHandlers, webhookOperations } from "./webhooks.ts";

export const OPERATIONS = {
  ...healthOperations,
  ...docsOperations,
  ...datagramOperations,
  ...sessionOperations,
  ...ownAccountOperations,
  ...linkOperations,
  ...peopleOperations,
  ...apiKeyOperations,
  ...customerOperations,
  ...pointOperations,
  ...limitOperations,
  ...alertOperations,
  ...myAlertOperations,
  ...consumptionOperations,
  ...meterKeyOperations,
  ...meterOperations,
  ...readingOperations,
  ...conflictOperations,
  ...importOperations,
  ...caseOperations,
  ...liveOperations,
  ...ambientOperations,
  ...auditOperations,
  ...customerDataOperations,
  ...exportOperations,
  ...tariffOperations,
  ...billSoFarOperations,
  ...billOutlookOperations,
  ...sensorReadingOperations,
  ...sensorOperations,
  ...issuerOperations,
  ...invoiceFileOperations,
  ...invoiceOperations,
  ...paymentOperations,
  ...closeRunOperations,
  ...webhookOperations,
};

export type Operations = typeof OPERATIONS;

/** The type that Hono's client takes. */
export type Api = ClientOf<Operations>;

export const handlersOf = (parts: HttpParts): HandlersOf<Operations> => ({
  ...healthHandlers(parts),
  ...docsHandlers(OPERATIONS, RIGHTS),
  ...datagramHandlers(parts),
  ...sessionHandlers(parts),
  ...ownAccountHandlers(parts),
  ...linkHandlers(parts),
  ...peopleHandlers(parts),
  ...apiKeyHandlers(parts),
  ...customerHandlers(parts),
  ...pointHandlers(parts),
  ...limitHandlers(parts),
  ...alertHandlers(parts),
  ...myAlertHandlers(parts),
  ...consumptionHandlers(parts),
  ...meterKeyHandlers(parts),
  ...meterHandlers(parts),
  ...readingHandlers(parts),
  ...conflictHandlers(parts),
  ...importHandlers(parts),
  ...caseHandlers(parts),
  ...liveHandlers(parts),
  ...ambientHandlers(parts),
  ...auditHandlers(parts),
  ...customerDataHandlers(parts),
  ...exportHandlers(parts),
  ...tariffHandlers(parts),
  ...billSoFarHandlers(parts),
  ...billOutlookHandlers(parts),
  ...sensorReadingHandlers(parts),
  ...sensorHandlers(parts),
  ...issuerHandlers(parts),
  ...invoiceFileHandlers(parts),
  ...invoiceHandlers(parts),
  ...paymentHandlers(parts),
  ...closeRunHandlers(parts),
  ...webhookHandlers(parts),
});
