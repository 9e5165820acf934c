/** True where there is no browser and none can be installed; scripts/test.mjs says why. */
export const hasNoBrowser = process.env['KITH_SKIP_BROWSER'] !== undefined;
