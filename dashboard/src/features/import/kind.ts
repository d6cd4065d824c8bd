/** What is imported: what a row of a file can say, and how it is sent. All else of an import is the same for every kind. */
import type { ComponentType } from "react";
import type { Row } from "./chunks";
import type { Failure } from "./failures";
import type { Outcome } from "./send";

export type Field = { name: string; label: string; isRare?: boolean };

/** In which column of the file a field is; a field that is not in it is left out. */
export type Mapping = Partial<Record<string, number>>;

/** `source`: whose export the file looks like. */
export type Guess = { hasHeader: boolean; source: string | null; mapping: Mapping };

/** Which import a row belongs to, and which row of its file it is, counted from 1. */
export type Origin = { import: string; row: number };

/** What is said about all rows together, as it stands in its fields. */
export type Options = Readonly<Record<string, string>>;

export type OptionFieldsProps = { options: Options; setOption: (name: string, value: string) => void };

/** A row as it lies in the file, and what it became. */
export type Read<T> = {
  index: number;
  thing: T;
  cells: readonly string[];
  header: readonly string[];
  mapping: Mapping;
};

/** Finds what is wrong with rows, one after the other. */
export type Check<T> = { find(read: Read<T>): Failure | null };

export type Calls<T> = {
  /** Send things; return what became of each, in order. Throws ApiError and Unreachable. */
  send(things: readonly T[]): Promise<Outcome[]>;
  /** Return which of these rows are there already. Not needed where sending twice does nothing twice. */
  findMade?(rows: readonly Row<T>[]): Promise<ReadonlySet<number>>;
};

export type Words = {
  title: string;
  lead: string;
  /** One of them and many: "link", "links". */
  one: string;
  many: string;
  /** On the button and over the bar: "Make", "Making". */
  make: string;
  making: string;
  /** Why losing the connection does no harm. */
  notTwice: string;
  /** What to know before a file is chosen. */
  before: string;
  /** What happened to rows that were left as they are; only where the API leaves any. */
  kept?: string;
  look: { label: string; href: string };
};

// Methods, not members that are functions: a kind of links is then a kind of anything.
export type Kind<T = unknown> = {
  fields: readonly Field[];
  /** The field without which nothing can be made, and what says so. */
  needed: { name: string; told: string };
  words: Words;
  /** As they are at first. */
  options: Options;
  OptionFields: ComponentType<OptionFieldsProps>;
  guess(rows: readonly (readonly string[])[]): Guess;
  convert(cells: readonly string[], mapping: Mapping, options: Options, origin: Origin): T;
  /** Return what finds, row after row, what a call cannot know: it sees its own rows alone. */
  createCheck?(): Check<T>;
  open(importId: string, isDryRun: boolean, options: Options): Promise<Calls<T>>;
  /** Return what a cell of the preview says; null where it says it as it is. */
  show?(name: string, value: unknown): string | null;
  /** What may stand against making so many. */
  Limit?: ComponentType<{ wanted: number }>;
};
