/** A thin typed layer over `window.kith`: requests throw `KithError` instead of returning failures. */
import type { KithBridge, TypedRequest } from '../../src-shared/contract/bridge.ts';
import type { RequestName, RequestParams, RequestResult } from '../../src-shared/contract/requests.ts';
import { deserializeError } from '../../src-shared/errors.ts';

export interface KithClient {
  readonly request: TypedRequest;
  readonly subscribe: KithBridge['subscribe'];
  readonly platform: KithBridge['platform'];
}

export function createClient(bridge: KithBridge): KithClient {
  async function request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
  ): Promise<RequestResult<Name>> {
    const answer = await bridge.request(name, params);
    if (!answer.ok) throw deserializeError(answer.error);
    // The contract fixes the result by the name; the other side is compiled against the same table.
    return answer.value as RequestResult<Name>;
  }
  return { request, subscribe: (listener) => bridge.subscribe(listener), platform: bridge.platform };
}
