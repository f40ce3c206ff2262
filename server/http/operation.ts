/**
 * A route as data: what it takes and what it answers with. The app, the documentation and the
 * client's types are all made from this one declaration; who may call it stands in `rights.ts`.
 */
import type { Context, Hono } from "hono";
import type { BlankEnv, Schema } from "hono/types";
import type { z } from "zod";
import type { FailureKind } from "../errors.ts";
import type { By } from "../store/records.ts";
import type { Caller } from "./caller.ts";

/** A body or an answer that is not JSON. */
export interface Media {
  media: string;
}

type Shape = z.ZodType | Media;
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Operation<
  Route extends string = string,
  Query extends z.ZodType | undefined = z.ZodType | undefined,
  Body extends Shape | undefined = Shape | undefined,
  Answer extends Shape | undefined = Shape | undefined,
> {
  /** The method and the path, as `GET /api/v1/points/:id`. */
  route: Route;
  /** What it does, in a few words. */
  summary: string;
  /** What its name and fields do not say. */
  details?: string;
  query?: Query;
  body?: Body;
  /** The longest body, in bytes, where it is not the usual one. */
  maxBytes?: number;
  /** Asked by meters and monitors, without a limit on how often. */
  uncounted?: true;
  /** Without one, the answer is empty. */
  answer?: Answer;
  status?: 200 | 201 | 202 | 101;
  /** A status with which the answer comes in the same form, too. */
  also?: 503;
  /** Whoever has the answer already, by its `etag`, is told so with 304. */
  revalidated?: true;
  /** How it may fail, beyond what its shape and its right say. */
  failures?: FailureKind[];
}

export const operation = <
  const Route extends `${Method} /${string}`,
  Query extends z.ZodType | undefined = undefined,
  Body extends Shape | undefined = undefined,
  Answer extends Shape | undefined = undefined,
>(
  route: Route,
  rest: Omit<Operation<Route, Query, Body, Answer>, "route">,
): Operation<Route, Query, Body, Answer> => ({ route, ...rest });

type PathOf<Route> = Route extends `${string} ${infer Path}` ? Path : never;
type MethodOf<Route> = Route extends `${infer M} ${string}` ? Lowercase<M> : never;
type Named<Segment> = Segment extends `${infer Name}.${string}` ? Name : Segment;
type SegmentsIn<Path> = Path extends `${string}:${infer Segment}/${infer Rest}`
  ? Segment | SegmentsIn<`/${Rest}`>
  : Path extends `${string}:${infer Segment}` ? Segment
  : never;
type SegmentsOf<Route> = SegmentsIn<PathOf<Route>> & string;
type ParamsOf<Route> = { [Segment in SegmentsOf<Route> as Named<Segment>]: string };
/** Hono's client fills in whole segments, so that of `:id.pdf` is given with its ending. */
type FilledIn<Route> = {
  [Segment in SegmentsOf<Route>]: Segment extends `${string}.${infer End}` ? `${string}.${End}`
    : string;
};

type Read<S> = z.output<Extract<S, z.ZodType>>;
type Written<A> = A extends z.ZodType ? z.input<A> | Response
  : A extends Media ? Response
  : void | Response;

// deno-lint-ignore no-explicit-any
type AnyOperation = Operation<any, any, any, any>;

/** What a handler is given: the request, read and checked. */
export interface Asked<O extends AnyOperation> {
  params: ParamsOf<O["route"]>;
  query: Read<O["query"]>;
  body: Read<O["body"]>;
  caller: Caller;
  /** In whose name the store is to act, and when. */
  by: By;
  context: Context;
}

export type Handler<O extends AnyOperation> = (
  asked: Asked<O>,
) => Written<O["answer"]> | Promise<Written<O["answer"]>>;

export type HandlersOf<Operations> = {
  [Name in keyof Operations]: Operations[Name] extends AnyOperation ? Handler<Operations[Name]>
    : never;
};

/** Whether it is JSON of a schema; a field that may be left out is undefined, too. */
type IsJson<S> = [Extract<S, z.ZodType>] extends [never] ? false : true;
type Sent<S> = z.input<Extract<S, z.ZodType>>;

/** An object even where it holds nothing, or the client would not let it be asked. */
type InputOf<O extends AnyOperation> =
  & object
  & (keyof ParamsOf<O["route"]> extends never ? unknown : { param: FilledIn<O["route"]> })
  & (IsJson<O["query"]> extends true ? { query: { [K in keyof Sent<O["query"]>]: string } }
    : unknown)
  & (IsJson<O["body"]> extends true ? { json: Sent<O["body"]> } : unknown);

type EndpointOf<O extends AnyOperation> = {
  [Path in PathOf<O["route"]>]: {
    [M in `$${MethodOf<O["route"]>}`]: {
      input: InputOf<O>;
      output: IsJson<O["answer"]> extends true ? Sent<O["answer"]> : unknown;
      outputFormat: IsJson<O["answer"]> extends true ? "json" : "text";
      status: 200;
    };
  };
};

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends
  (all: infer All) => void ? All : never;

type Endpoints<Operations> = Intersection<
  {
    [Name in keyof Operations]: Operations[Name] extends AnyOperation ? EndpointOf<Operations[Name]>
      : never;
  }[keyof Operations]
>;

/** The type by which Hono's client knows all routes. */
export type ClientOf<Operations> = Endpoints<Operations> extends infer S extends Schema
  ? Hono<BlankEnv, S, "/">
  : never;
