/** Errors as words for people. */
import { KithError } from '../../src-shared/errors.ts';
import type { Translate } from './i18n/translate.ts';

/** What a caught value says; anything that is not a `KithError` is a fault of ours. */
export function toKithError(error: unknown): KithError {
  return error instanceof KithError
    ? error
    : new KithError('internal', 'something went wrong in the interface', { cause: error });
}

export function errorText(t: Translate, error: unknown): string {
  return t(`error.${toKithError(error).code}`);
}
