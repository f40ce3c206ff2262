/** What the programs of the twin say about themselves. */

/** Of the menu of one meter. */
export const KEYS_HELP = [
  "+ -            100 W more, 100 W less",
  "digits, Enter  set the load in watts, up to 100,000",
  "f s            time runs twice, half as fast, up to 64 times",
  "n              network off, on",
  "p              power off, on",
  "q              quit",
];

const indented = (lines: string[]): string => lines.map((line) => `  ${line}`).join("\n");

export const SIM_HELP =
  `A meter on the desk, or a fleet of households, for a server that runs already.
Each start registers new meters; only --token takes one that is registered.

  deno task sim                          one meter with a menu
  deno task sim --fleet 1000             as many homes, each with a meter

  --server URL           of the server; the port is CONTALUZ_HTTP_PORT or 8000 at 127.0.0.1
                         unless told otherwise
  --udp-port PORT        of the server, or off for HTTP only; CONTALUZ_UDP_PORT or 8001
                         unless told otherwise
  --operator-key KEY     registers meters; else CONTALUZ_OPERATOR_KEY is taken
  --token TOKEN          of a meter that is registered already, instead of the key (one meter)
  --compiled             runs the very file that is flashed (one meter)
  --load WATTS           the load at the beginning (one meter)
  --replay FILE          a load curve, time,watts a line, instead of the keys (one meter)
  --record FILE          writes the load down as such a curve (one meter)
  --seed NUMBER          other homes, other luck
  --loss, --duplicate    of datagrams, from 0 to 1 (fleet)
  --delay MS             of datagrams at most (fleet)
  --backfill SPAN        gives the meters a past: 1y, 90d, 12h (fleet)
  --every SPAN           the time between its readings; 15m unless told otherwise (fleet)

The keys of one meter:

${indented(KEYS_HELP)}

Time ×8: eight seconds of the meter pass in one. The server, whose time does not run faster,
sees eight times the power; a recording has the meter's time.`;

export const DEMO_HELP =
  `Twenty homes with a year and its bills behind them, live on a server of their own. It takes no
options.

  deno task demo

Its data is in data/demo, or in CONTALUZ_DATA: started again it goes on from there, and once that
folder is deleted it begins anew. It listens on 127.0.0.1; CONTALUZ_HOST=0.0.0.0 lets meters on
other machines reach it. The other variables of the server are taken, too: CONTALUZ_HTTP_PORT,
CONTALUZ_UDP_PORT, CONTALUZ_OPERATOR_KEY, CONTALUZ_TIMEZONE, CONTALUZ_LOG, CONTALUZ_SMTP_URL with
CONTALUZ_MAIL_FROM, and CONTALUZ_WEBHOOK_HOSTS, all but CONTALUZ_KV.`;
