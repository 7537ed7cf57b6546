// SPDX-License-Identifier: GPL-3.0-or-later
// GVariant signatures as TypeScript types, so that one table types every call.
// https://docs.gtk.org/glib/gvariant-format-strings.html

/** What `GLib.Variant.recursiveUnpack()` makes of each basic type. A variant comes out as what it holds. */
interface Basic {
    b: boolean;
    y: number;
    n: number;
    q: number;
    i: number;
    u: number;
    x: number;
    t: number;
    d: number;
    h: number;
    s: string;
    o: string;
    g: string;
    v: unknown;
}

type One<S extends string> = S extends `a{${infer Entry}`
    ? One<Entry> extends [infer Key extends string | number, infer AfterKey extends string]
        ? One<AfterKey> extends [infer Value, `}${infer Rest}`]
            ? [Record<Key, Value>, Rest]
            : never
        : never
    : S extends `a${infer Element}`
      ? One<Element> extends [infer Item, infer Rest]
          ? [Item[], Rest]
          : never
      : S extends `(${infer Members}`
        ? Many<Members, []>
        : S extends `${infer Code}${infer Rest}`
          ? Code extends keyof Basic
              ? [Basic[Code], Rest]
              : never
          : never;

type Many<S extends string, Sofar extends unknown[]> = S extends `)${infer Rest}`
    ? [Sofar, Rest]
    : One<S> extends [infer Item, infer Rest extends string]
      ? Many<Rest, [...Sofar, Item]>
      : never;

/** The values of a signature without its outer parentheses, as a tuple: `sa{sv}` → `[string, Record<string, unknown>]`. */
export type Values<S extends string> =
    Many<`${S})`, []> extends [infer All extends unknown[], ''] ? All : never;

/** One D-Bus interface: what each method takes and gives, what each property is, what each signal carries. */
export interface InterfaceTable {
    readonly name: string;
    readonly methods: Readonly<Record<string, readonly [takes: string, gives: string]>>;
    readonly properties: Readonly<Record<string, string>>;
    readonly signals: Readonly<Record<string, string>>;
}

export type MethodOf<T extends InterfaceTable> = keyof T['methods'] & string;
export type Takes<T extends InterfaceTable, M extends MethodOf<T>> = Values<T['methods'][M][0]>;
export type Gives<T extends InterfaceTable, M extends MethodOf<T>> = Values<T['methods'][M][1]>;
