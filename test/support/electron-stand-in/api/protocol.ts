import { canBeMapped, type Origins } from '../page/origins.ts';
import { NotInStandIn } from './strict.ts';

export type ProtocolHandler = (request: Request) => Response | Promise<Response>;

/** `protocol`: what the app's own schemes answer. */
export class Protocol {
  private readonly origins: Origins;
  private readonly isReady: () => boolean;
  private readonly handlers = new Map<string, ProtocolHandler>();

  constructor(origins: Origins, isReady: () => boolean) {
    this.origins = origins;
    this.isReady = isReady;
  }

  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    if (this.isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme, privileges } of schemes) {
      if (!canBeMapped(scheme))
        throw new NotInStandIn(`protocol.registerSchemesAsPrivileged for '${scheme}'`);
      // Only standard schemes have hosts and origins, and so documents of their own.
      if (privileges?.standard === true) this.origins.add(scheme);
    }
  }

  handle(scheme: string, handler: ProtocolHandler): void {
    if (!this.isReady()) throw new Error('protocol.handle can only be used after the app is ready');
    if (this.handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    this.handlers.set(scheme, handler);
  }

  unhandle(scheme: string): void {
    if (!this.handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }

  isProtocolHandled(scheme: string): boolean {
    return this.handlers.has(scheme);
  }

  /** @internal */
  handlerOf(scheme: string): ProtocolHandler | undefined {
    return this.handlers.get(scheme);
  }
}
