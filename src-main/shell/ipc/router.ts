/**
 * One request of the page, from whatever came in to an `Answer`. Everything about a call is doubted:
 * who calls, what is called, with what. A bad call gets a typed error; nothing it holds can throw out of here.
 */
import type { Answer } from '../../../src-shared/contract/bridge.ts';
import {
  engineRequests,
  PATH_REQUESTS,
  shellRequests,
  type EngineRequestName,
  type Handlers,
  type ShellRequestName,
} from '../../../src-shared/contract/requests.ts';
import { KithError, serializeError } from '../../../src-shared/errors.ts';
import { errorFields, type Logger } from '../../engine/log.ts';

export type Caller = 'our-page' | 'somebody-else';

export interface RouterParts {
  readonly shell: Handlers<ShellRequestName>;
  readonly engine: (name: EngineRequestName, params: unknown) => Promise<Answer>;
  readonly log: Logger;
}

export type Router = (caller: Caller, name: unknown, params: unknown) => Promise<Answer>;

export function createRouter({ shell, engine, log }: RouterParts): Router {
  async function answer(caller: Caller, name: unknown, params: unknown): Promise<Answer> {
    if (caller !== 'our-page') throw new KithError('invalid-request', 'Only the window of Kith may ask.');
    if (typeof name === 'string' && PATH_REQUESTS.has(name)) {
      throw new KithError('invalid-request', 'The window of Kith may name no files.');
    }
    if (isNameIn(engineRequests, name)) return engine(name, parse(name, engineRequests[name], params));
    if (isNameIn(shellRequests, name)) {
      const parsed = parse(name, shellRequests[name], params);
      // The table pairs each name with the type of its parameters; the compiler cannot follow it here.
      const handler = shell[name] as (params: unknown) => unknown;
      return { ok: true, value: await handler(parsed) };
    }
    throw new KithError('invalid-request', 'There is no such request.');
  }

  return async (caller, name, params) => {
    try {
      return await answer(caller, name, params);
    } catch (error) {
      const known = isNameIn(engineRequests, name) || isNameIn(shellRequests, name) ? name : 'unlisted';
      log.warn('ipc.refused', { name: known, ...errorFields(error) });
      return { ok: false, error: serializeError(error) };
    }
  };
}

/** What of a zod schema is needed here: any of the table's schemas has it. */
interface Spec {
  readonly params: {
    safeParse(
      params: unknown,
    ):
      | { readonly success: true; readonly data: unknown }
      | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
  };
}
interface Issue {
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

function isNameIn<Table extends object>(table: Table, name: unknown): name is keyof Table & string {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

function parse(name: string, spec: Spec, params: unknown): unknown {
  const parsed = spec.params.safeParse(params);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where =
    issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.map(String).join('.')})`;
  throw new KithError('invalid-request', `${name}: ${issue?.message ?? 'wrong parameters'}${where}`);
}
