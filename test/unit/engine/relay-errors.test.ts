import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { fromRelayError, isTransient } from '../../../src-main/engine/sync/relay-errors.ts';
import type { KithError } from '../../../src-shared/errors.ts';
import { ERROR_CODES } from '../../../src-shared/errors.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';

const codes = Object.values(relay.ErrorCode).filter(
  (code): code is relay.ErrorCode => typeof code === 'number',
);
const names = codes.map((code) => [relay.ErrorCode[code], code] as const);

function refusal(code: relay.ErrorCode, retryAfterMs = 0): KithError {
  return fromRelayError(
    create(relay.RelayErrorSchema, { code, message: 'a sentence of the relay', retryAfterMs }),
  );
}

describe('a refusal of the relay', () => {
  it.each(names)('%s has a code of ours, and words of ours', (_, code) => {
    const error = refusal(code);
    expect(ERROR_CODES).toContain(error.code);
    expect(error.message).not.toBe('');
  });

  it('of a kind that is not known yet is a typed error as well', () => {
    expect(refusal(9999 as relay.ErrorCode).code).toBe('protocol');
  });

  it.each([
    ['RATE_LIMITED', true],
    ['MAILBOX_FULL', true],
    ['STORAGE_FULL', true],
    ['SHUTTING_DOWN', true],
    // The relay says so when its disk fails; it may work again in a moment.
    ['INTERNAL', true],
    ['USERNAME_TAKEN', false],
    // A relay that lost its data gets its people back.
    ['ACCOUNT_UNKNOWN', true],
    ['BAD_SIGNATURE', false],
    ['DEVICE_CONFLICT', false],
    ['CIPHERTEXT_TOO_LARGE', false],
    ['REGISTRATION_CLOSED', false],
    ['BAD_FRAME', false],
    ['UNSUPPORTED_VERSION', false],
  ] as const)('%s passes by itself: %s', (name, passes) => {
    expect(isTransient(refusal(relay.ErrorCode[name]))).toBe(passes);
  });

  it('keeps how long the relay asks to wait', () => {
    expect(refusal(relay.ErrorCode.RATE_LIMITED, 1_500).retryAfterMs).toBe(1_500);
    expect(refusal(relay.ErrorCode.RATE_LIMITED).retryAfterMs).toBeUndefined();
  });

  it('is not what a fault of ours is', () => {
    expect(isTransient(new Error('a bug'))).toBe(false);
    expect(isTransient(undefined)).toBe(false);
  });
});
