/** Turns a key and its parameters into words. Keys and parameters are checked by the compiler. */
import type { Catalogue, MessageKey } from './catalogue.ts';

/** One text, or one for each plural category that the language has. */
export type Message = string | PluralMessage;
export type PluralMessage = { readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type TextsOf<M> = M extends string ? M : Extract<M[keyof M], string>;
type ParamNames<Key extends MessageKey> =
  Placeholders<TextsOf<Catalogue[Key]>> | (Catalogue[Key] extends string ? never : 'count');
type ParamValue<Name> = Name extends 'count' ? number : string | number;
type ParamsOf<Key extends MessageKey> = { readonly [Name in ParamNames<Key>]: ParamValue<Name> };

export type Translate = <Key extends MessageKey>(
  key: Key,
  ...params: [ParamNames<Key>] extends [never] ? [] : [params: ParamsOf<Key>]
) => string;

export function createTranslate(catalogue: Readonly<Record<MessageKey, Message>>, locale: string): Translate {
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);

  function fill(text: string, params: Readonly<Record<string, string | number>>): string {
    return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = params[name];
      if (value === undefined) return placeholder;
      return typeof value === 'number' ? numbers.format(value) : value;
    });
  }

  return (key, ...[given]) => {
    const message = catalogue[key];
    const params: Readonly<Record<string, string | number>> = given ?? {};
    if (typeof message === 'string') return fill(message, params);
    const category = plurals.select(Number(params['count']));
    return fill(message[category] ?? message.other, params);
  };
}
